import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace bridle. */
export namespace bridle {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of an Envelope.
         * @deprecated Use bridle.v1.Envelope.$Properties instead.
         */
        interface IEnvelope extends bridle.v1.Envelope.$Properties {
        }

        /** Represents an Envelope. */
        class Envelope {

            /**
             * Constructs a new Envelope.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.Envelope.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Envelope hello. */
            hello?: (bridle.v1.Hello.$Properties|null);

            /** Envelope welcome. */
            welcome?: (bridle.v1.Welcome.$Properties|null);

            /** Envelope reject. */
            reject?: (bridle.v1.Reject.$Properties|null);

            /** Envelope heartbeat. */
            heartbeat?: (bridle.v1.Heartbeat.$Properties|null);

            /** Envelope lease. */
            lease?: (bridle.v1.Lease.$Properties|null);

            /** Envelope revoke. */
            revoke?: (bridle.v1.Revoke.$Properties|null);

            /** Envelope shardReports. */
            shardReports?: (bridle.v1.ShardReports.$Properties|null);

            /** Envelope needBlocks. */
            needBlocks?: (bridle.v1.NeedBlocks.$Properties|null);

            /** Envelope droppedBlocks. */
            droppedBlocks?: (bridle.v1.DroppedBlocks.$Properties|null);

            /** Envelope goodbye. */
            goodbye?: (bridle.v1.Goodbye.$Properties|null);

            /** Envelope evaluationReports. */
            evaluationReports?: (bridle.v1.EvaluationReports.$Properties|null);

            /** Envelope stop. */
            stop?: (bridle.v1.Stop.$Properties|null);

            /** Envelope sharedMemory. */
            sharedMemory?: (bridle.v1.SharedMemory.$Properties|null);

            /** Envelope sharedMemoryTaken. */
            sharedMemoryTaken?: (bridle.v1.SharedMemoryTaken.$Properties|null);

            /** Envelope probe. */
            probe?: (bridle.v1.Probe.$Properties|null);

            /** Envelope probeAnswer. */
            probeAnswer?: (bridle.v1.ProbeAnswer.$Properties|null);

            /** Envelope clearToSend. */
            clearToSend?: (bridle.v1.ClearToSend.$Properties|null);

            /** Envelope message. */
            message?: ("hello"|"welcome"|"reject"|"heartbeat"|"lease"|"revoke"|"shardReports"|"needBlocks"|"droppedBlocks"|"goodbye"|"evaluationReports"|"stop"|"sharedMemory"|"sharedMemoryTaken"|"probe"|"probeAnswer"|"clearToSend");

            /**
             * Creates a new Envelope instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Envelope instance
             */
            static create(properties: bridle.v1.Envelope.$Shape): bridle.v1.Envelope & bridle.v1.Envelope.$Shape;
            static create(properties?: bridle.v1.Envelope.$Properties): bridle.v1.Envelope;

            /**
             * Encodes the specified Envelope message. Does not implicitly {@link bridle.v1.Envelope.verify|verify} messages.
             * @param message Envelope message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.Envelope.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Envelope message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.Envelope & bridle.v1.Envelope.$Shape} Envelope
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.Envelope & bridle.v1.Envelope.$Shape;
        }

        namespace Envelope {

            /** Properties of an Envelope. */
            interface $Properties {

                /** Envelope hello */
                hello?: (bridle.v1.Hello.$Properties|null);

                /** Envelope welcome */
                welcome?: (bridle.v1.Welcome.$Properties|null);

                /** Envelope reject */
                reject?: (bridle.v1.Reject.$Properties|null);

                /** Envelope heartbeat */
                heartbeat?: (bridle.v1.Heartbeat.$Properties|null);

                /** Envelope lease */
                lease?: (bridle.v1.Lease.$Properties|null);

                /** Envelope revoke */
                revoke?: (bridle.v1.Revoke.$Properties|null);

                /** Envelope shardReports */
                shardReports?: (bridle.v1.ShardReports.$Properties|null);

                /** Envelope needBlocks */
                needBlocks?: (bridle.v1.NeedBlocks.$Properties|null);

                /** Envelope droppedBlocks */
                droppedBlocks?: (bridle.v1.DroppedBlocks.$Properties|null);

                /** Envelope goodbye */
                goodbye?: (bridle.v1.Goodbye.$Properties|null);

                /** Envelope evaluationReports */
                evaluationReports?: (bridle.v1.EvaluationReports.$Properties|null);

                /** Envelope stop */
                stop?: (bridle.v1.Stop.$Properties|null);

                /** Envelope sharedMemory */
                sharedMemory?: (bridle.v1.SharedMemory.$Properties|null);

                /** Envelope sharedMemoryTaken */
                sharedMemoryTaken?: (bridle.v1.SharedMemoryTaken.$Properties|null);

                /** Envelope probe */
                probe?: (bridle.v1.Probe.$Properties|null);

                /** Envelope probeAnswer */
                probeAnswer?: (bridle.v1.ProbeAnswer.$Properties|null);

                /** Envelope clearToSend */
                clearToSend?: (bridle.v1.ClearToSend.$Properties|null);

                /** Envelope message */
                message?: ("hello"|"welcome"|"reject"|"heartbeat"|"lease"|"revoke"|"shardReports"|"needBlocks"|"droppedBlocks"|"goodbye"|"evaluationReports"|"stop"|"sharedMemory"|"sharedMemoryTaken"|"probe"|"probeAnswer"|"clearToSend");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an Envelope. */
            type $Shape = {
              hello?: bridle.v1.Hello.$Shape|null;
              welcome?: bridle.v1.Welcome.$Shape|null;
              reject?: bridle.v1.Reject.$Shape|null;
              heartbeat?: bridle.v1.Heartbeat.$Shape|null;
              lease?: bridle.v1.Lease.$Shape|null;
              revoke?: bridle.v1.Revoke.$Shape|null;
              shardReports?: bridle.v1.ShardReports.$Shape|null;
              needBlocks?: bridle.v1.NeedBlocks.$Shape|null;
              droppedBlocks?: bridle.v1.DroppedBlocks.$Shape|null;
              goodbye?: bridle.v1.Goodbye.$Shape|null;
              evaluationReports?: bridle.v1.EvaluationReports.$Shape|null;
              stop?: bridle.v1.Stop.$Shape|null;
              sharedMemory?: bridle.v1.SharedMemory.$Shape|null;
              sharedMemoryTaken?: bridle.v1.SharedMemoryTaken.$Shape|null;
              probe?: bridle.v1.Probe.$Shape|null;
              probeAnswer?: bridle.v1.ProbeAnswer.$Shape|null;
              clearToSend?: bridle.v1.ClearToSend.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ message?: undefined; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "hello"; hello: bridle.v1.Hello.$Shape; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "welcome"; hello?: null; welcome: bridle.v1.Welcome.$Shape; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "reject"; hello?: null; welcome?: null; reject: bridle.v1.Reject.$Shape; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "heartbeat"; hello?: null; welcome?: null; reject?: null; heartbeat: bridle.v1.Heartbeat.$Shape; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "lease"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease: bridle.v1.Lease.$Shape; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "revoke"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke: bridle.v1.Revoke.$Shape; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "shardReports"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports: bridle.v1.ShardReports.$Shape; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "needBlocks"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks: bridle.v1.NeedBlocks.$Shape; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "droppedBlocks"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks: bridle.v1.DroppedBlocks.$Shape; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "goodbye"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye: bridle.v1.Goodbye.$Shape; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "evaluationReports"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports: bridle.v1.EvaluationReports.$Shape; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "stop"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop: bridle.v1.Stop.$Shape; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "sharedMemory"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory: bridle.v1.SharedMemory.$Shape; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "sharedMemoryTaken"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken: bridle.v1.SharedMemoryTaken.$Shape; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "probe"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe: bridle.v1.Probe.$Shape; probeAnswer?: null; clearToSend?: null }|{ message?: "probeAnswer"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer: bridle.v1.ProbeAnswer.$Shape; clearToSend?: null }|{ message?: "clearToSend"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend: bridle.v1.ClearToSend.$Shape })
            );
        }

        /** Role enum. */
        enum Role {

            /** ROLE_WORKER value */
            ROLE_WORKER = 0,

            /** ROLE_OBSERVER value */
            ROLE_OBSERVER = 1,

            /** ROLE_RELAY value */
            ROLE_RELAY = 2
        }

        /**
         * Properties of a Hello.
         * @deprecated Use bridle.v1.Hello.$Properties instead.
         */
        interface IHello extends bridle.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello protocolMajor. */
            protocolMajor: number;

            /** Hello protocolMinor. */
            protocolMinor: number;

            /** Hello bridleVersion. */
            bridleVersion: string;

            /** Hello kernelId. */
            kernelId: string;

            /** Hello capabilities. */
            capabilities: string[];

            /** Hello name. */
            name: string;

            /** Hello processId. */
            processId: number;

            /** Hello host. */
            host: string;

            /** Hello role. */
            role: bridle.v1.Role;

            /** Hello heldBlocks. */
            heldBlocks: Uint8Array[];

            /**
             * Creates a new Hello instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Hello instance
             */
            static create(properties: bridle.v1.Hello.$Shape): bridle.v1.Hello & bridle.v1.Hello.$Shape;
            static create(properties?: bridle.v1.Hello.$Properties): bridle.v1.Hello;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link bridle.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.Hello & bridle.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.Hello & bridle.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello protocolMajor */
                protocolMajor?: (number|null);

                /** Hello protocolMinor */
                protocolMinor?: (number|null);

                /** Hello bridleVersion */
                bridleVersion?: (string|null);

                /** Hello kernelId */
                kernelId?: (string|null);

                /** Hello capabilities */
                capabilities?: (string[]|null);

                /** Hello name */
                name?: (string|null);

                /** Hello processId */
                processId?: (number|null);

                /** Hello host */
                host?: (string|null);

                /** Hello role */
                role?: (bridle.v1.Role|null);

                /** Hello heldBlocks */
                heldBlocks?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = bridle.v1.Hello.$Properties;
        }

        /**
         * Properties of a Welcome.
         * @deprecated Use bridle.v1.Welcome.$Properties instead.
         */
        interface IWelcome extends bridle.v1.Welcome.$Properties {
        }

        /** Represents a Welcome. */
        class Welcome {

            /**
             * Constructs a new Welcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.Welcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Welcome protocolMajor. */
            protocolMajor: number;

            /** Welcome protocolMinor. */
            protocolMinor: number;

            /** Welcome bridleVersion. */
            bridleVersion: string;

            /** Welcome runId. */
            runId: string;

            /** Welcome generation. */
            generation: number;

            /** Welcome rank. */
            rank: number;

            /** Welcome runSpec. */
            runSpec: string;

            /** Welcome heartbeatMs. */
            heartbeatMs: number;

            /** Welcome heartbeatTimeoutMs. */
            heartbeatTimeoutMs: number;

            /** Welcome maxChunkBytes. */
            maxChunkBytes: number;

            /** Welcome kernelId. */
            kernelId: string;

            /** Welcome advertised. */
            advertised: string;

            /**
             * Creates a new Welcome instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Welcome instance
             */
            static create(properties: bridle.v1.Welcome.$Shape): bridle.v1.Welcome & bridle.v1.Welcome.$Shape;
            static create(properties?: bridle.v1.Welcome.$Properties): bridle.v1.Welcome;

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link bridle.v1.Welcome.verify|verify} messages.
             * @param message Welcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.Welcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.Welcome & bridle.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.Welcome & bridle.v1.Welcome.$Shape;
        }

        namespace Welcome {

            /** Properties of a Welcome. */
            interface $Properties {

                /** Welcome protocolMajor */
                protocolMajor?: (number|null);

                /** Welcome protocolMinor */
                protocolMinor?: (number|null);

                /** Welcome bridleVersion */
                bridleVersion?: (string|null);

                /** Welcome runId */
                runId?: (string|null);

                /** Welcome generation */
                generation?: (number|null);

                /** Welcome rank */
                rank?: (number|null);

                /** Welcome runSpec */
                runSpec?: (string|null);

                /** Welcome heartbeatMs */
                heartbeatMs?: (number|null);

                /** Welcome heartbeatTimeoutMs */
                heartbeatTimeoutMs?: (number|null);

                /** Welcome maxChunkBytes */
                maxChunkBytes?: (number|null);

                /** Welcome kernelId */
                kernelId?: (string|null);

                /** Welcome advertised */
                advertised?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Welcome. */
            type $Shape = bridle.v1.Welcome.$Properties;
        }

        /**
         * Properties of a Reject.
         * @deprecated Use bridle.v1.Reject.$Properties instead.
         */
        interface IReject extends bridle.v1.Reject.$Properties {
        }

        /** Represents a Reject. */
        class Reject {

            /**
             * Constructs a new Reject.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.Reject.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Reject code. */
            code: string;

            /** Reject message. */
            message: string;

            /**
             * Creates a new Reject instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Reject instance
             */
            static create(properties: bridle.v1.Reject.$Shape): bridle.v1.Reject & bridle.v1.Reject.$Shape;
            static create(properties?: bridle.v1.Reject.$Properties): bridle.v1.Reject;

            /**
             * Encodes the specified Reject message. Does not implicitly {@link bridle.v1.Reject.verify|verify} messages.
             * @param message Reject message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.Reject.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Reject message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.Reject & bridle.v1.Reject.$Shape} Reject
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.Reject & bridle.v1.Reject.$Shape;
        }

        namespace Reject {

            /** Properties of a Reject. */
            interface $Properties {

                /** Reject code */
                code?: (string|null);

                /** Reject message */
                message?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Reject. */
            type $Shape = bridle.v1.Reject.$Properties;
        }

        /**
         * Properties of a Heartbeat.
         * @deprecated Use bridle.v1.Heartbeat.$Properties instead.
         */
        interface IHeartbeat extends bridle.v1.Heartbeat.$Properties {
        }

        /** Represents a Heartbeat. */
        class Heartbeat {

            /**
             * Constructs a new Heartbeat.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.Heartbeat.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Heartbeat counter. */
            counter: number;

            /** Heartbeat preparingLease. */
            preparingLease: number;

            /**
             * Creates a new Heartbeat instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Heartbeat instance
             */
            static create(properties: bridle.v1.Heartbeat.$Shape): bridle.v1.Heartbeat & bridle.v1.Heartbeat.$Shape;
            static create(properties?: bridle.v1.Heartbeat.$Properties): bridle.v1.Heartbeat;

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link bridle.v1.Heartbeat.verify|verify} messages.
             * @param message Heartbeat message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.Heartbeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.Heartbeat & bridle.v1.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.Heartbeat & bridle.v1.Heartbeat.$Shape;
        }

        namespace Heartbeat {

            /** Properties of a Heartbeat. */
            interface $Properties {

                /** Heartbeat counter */
                counter?: (number|null);

                /** Heartbeat preparingLease */
                preparingLease?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Heartbeat. */
            type $Shape = bridle.v1.Heartbeat.$Properties;
        }

        /** Purpose enum. */
        enum Purpose {

            /** PURPOSE_TRAIN value */
            PURPOSE_TRAIN = 0,

            /** PURPOSE_EVALUATE value */
            PURPOSE_EVALUATE = 1,

            /** PURPOSE_COLLECT value */
            PURPOSE_COLLECT = 2
        }

        /**
         * Properties of a ShardWork.
         * @deprecated Use bridle.v1.ShardWork.$Properties instead.
         */
        interface IShardWork extends bridle.v1.ShardWork.$Properties {
        }

        /** Represents a ShardWork. */
        class ShardWork {

            /**
             * Constructs a new ShardWork.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.ShardWork.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ShardWork shard. */
            shard: number;

            /** ShardWork exampleIds. */
            exampleIds: number[];

            /** ShardWork blockIndexes. */
            blockIndexes: number[];

            /** ShardWork carried. */
            carried: Uint8Array;

            /**
             * Creates a new ShardWork instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ShardWork instance
             */
            static create(properties: bridle.v1.ShardWork.$Shape): bridle.v1.ShardWork & bridle.v1.ShardWork.$Shape;
            static create(properties?: bridle.v1.ShardWork.$Properties): bridle.v1.ShardWork;

            /**
             * Encodes the specified ShardWork message. Does not implicitly {@link bridle.v1.ShardWork.verify|verify} messages.
             * @param message ShardWork message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.ShardWork.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ShardWork message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.ShardWork & bridle.v1.ShardWork.$Shape} ShardWork
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.ShardWork & bridle.v1.ShardWork.$Shape;
        }

        namespace ShardWork {

            /** Properties of a ShardWork. */
            interface $Properties {

                /** ShardWork shard */
                shard?: (number|null);

                /** ShardWork exampleIds */
                exampleIds?: (number[]|null);

                /** ShardWork blockIndexes */
                blockIndexes?: (number[]|null);

                /** ShardWork carried */
                carried?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ShardWork. */
            type $Shape = bridle.v1.ShardWork.$Properties;
        }

        /**
         * Properties of a Lease.
         * @deprecated Use bridle.v1.Lease.$Properties instead.
         */
        interface ILease extends bridle.v1.Lease.$Properties {
        }

        /** Represents a Lease. */
        class Lease {

            /**
             * Constructs a new Lease.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.Lease.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Lease leaseId. */
            leaseId: number;

            /** Lease step. */
            step: number;

            /** Lease purpose. */
            purpose: bridle.v1.Purpose;

            /** Lease rows. */
            rows: number;

            /** Lease timeSteps. */
            timeSteps: number;

            /** Lease shards. */
            shards: bridle.v1.ShardWork.$Properties[];

            /** Lease blocks. */
            blocks: Uint8Array[];

            /** Lease totals. */
            totals: Uint8Array[];

            /** Lease firstTotal. */
            firstTotal: number;

            /** Lease waits. */
            waits: boolean;

            /**
             * Creates a new Lease instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Lease instance
             */
            static create(properties: bridle.v1.Lease.$Shape): bridle.v1.Lease & bridle.v1.Lease.$Shape;
            static create(properties?: bridle.v1.Lease.$Properties): bridle.v1.Lease;

            /**
             * Encodes the specified Lease message. Does not implicitly {@link bridle.v1.Lease.verify|verify} messages.
             * @param message Lease message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.Lease.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Lease message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.Lease & bridle.v1.Lease.$Shape} Lease
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.Lease & bridle.v1.Lease.$Shape;
        }

        namespace Lease {

            /** Properties of a Lease. */
            interface $Properties {

                /** Lease leaseId */
                leaseId?: (number|null);

                /** Lease step */
                step?: (number|null);

                /** Lease purpose */
                purpose?: (bridle.v1.Purpose|null);

                /** Lease rows */
                rows?: (number|null);

                /** Lease timeSteps */
                timeSteps?: (number|null);

                /** Lease shards */
                shards?: (bridle.v1.ShardWork.$Properties[]|null);

                /** Lease blocks */
                blocks?: (Uint8Array[]|null);

                /** Lease totals */
                totals?: (Uint8Array[]|null);

                /** Lease firstTotal */
                firstTotal?: (number|null);

                /** Lease waits */
                waits?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Lease. */
            type $Shape = bridle.v1.Lease.$Properties;
        }

        /**
         * Properties of a ClearToSend.
         * @deprecated Use bridle.v1.ClearToSend.$Properties instead.
         */
        interface IClearToSend extends bridle.v1.ClearToSend.$Properties {
        }

        /** Represents a ClearToSend. */
        class ClearToSend {

            /**
             * Constructs a new ClearToSend.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.ClearToSend.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClearToSend leaseId. */
            leaseId: number;

            /**
             * Creates a new ClearToSend instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ClearToSend instance
             */
            static create(properties: bridle.v1.ClearToSend.$Shape): bridle.v1.ClearToSend & bridle.v1.ClearToSend.$Shape;
            static create(properties?: bridle.v1.ClearToSend.$Properties): bridle.v1.ClearToSend;

            /**
             * Encodes the specified ClearToSend message. Does not implicitly {@link bridle.v1.ClearToSend.verify|verify} messages.
             * @param message ClearToSend message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.ClearToSend.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClearToSend message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.ClearToSend & bridle.v1.ClearToSend.$Shape} ClearToSend
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.ClearToSend & bridle.v1.ClearToSend.$Shape;
        }

        namespace ClearToSend {

            /** Properties of a ClearToSend. */
            interface $Properties {

                /** ClearToSend leaseId */
                leaseId?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClearToSend. */
            type $Shape = bridle.v1.ClearToSend.$Properties;
        }

        /**
         * Properties of a Revoke.
         * @deprecated Use bridle.v1.Revoke.$Properties instead.
         */
        interface IRevoke extends bridle.v1.Revoke.$Properties {
        }

        /** Represents a Revoke. */
        class Revoke {

            /**
             * Constructs a new Revoke.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.Revoke.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Revoke leaseId. */
            leaseId: number;

            /**
             * Creates a new Revoke instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Revoke instance
             */
            static create(properties: bridle.v1.Revoke.$Shape): bridle.v1.Revoke & bridle.v1.Revoke.$Shape;
            static create(properties?: bridle.v1.Revoke.$Properties): bridle.v1.Revoke;

            /**
             * Encodes the specified Revoke message. Does not implicitly {@link bridle.v1.Revoke.verify|verify} messages.
             * @param message Revoke message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.Revoke.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Revoke message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.Revoke & bridle.v1.Revoke.$Shape} Revoke
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.Revoke & bridle.v1.Revoke.$Shape;
        }

        namespace Revoke {

            /** Properties of a Revoke. */
            interface $Properties {

                /** Revoke leaseId */
                leaseId?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Revoke. */
            type $Shape = bridle.v1.Revoke.$Properties;
        }

        /**
         * Properties of a ShardReport.
         * @deprecated Use bridle.v1.ShardReport.$Properties instead.
         */
        interface IShardReport extends bridle.v1.ShardReport.$Properties {
        }

        /** Represents a ShardReport. */
        class ShardReport {

            /**
             * Constructs a new ShardReport.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.ShardReport.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ShardReport shard. */
            shard: number;

            /** ShardReport loss. */
            loss: number;

            /** ShardReport count. */
            count: number;

            /** ShardReport squaredNorm. */
            squaredNorm: number;

            /** ShardReport nonFinite. */
            nonFinite: string;

            /** ShardReport carried. */
            carried: Uint8Array;

            /** ShardReport moments. */
            moments: Uint8Array;

            /**
             * Creates a new ShardReport instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ShardReport instance
             */
            static create(properties: bridle.v1.ShardReport.$Shape): bridle.v1.ShardReport & bridle.v1.ShardReport.$Shape;
            static create(properties?: bridle.v1.ShardReport.$Properties): bridle.v1.ShardReport;

            /**
             * Encodes the specified ShardReport message. Does not implicitly {@link bridle.v1.ShardReport.verify|verify} messages.
             * @param message ShardReport message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.ShardReport.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ShardReport message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.ShardReport & bridle.v1.ShardReport.$Shape} ShardReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.ShardReport & bridle.v1.ShardReport.$Shape;
        }

        namespace ShardReport {

            /** Properties of a ShardReport. */
            interface $Properties {

                /** ShardReport shard */
                shard?: (number|null);

                /** ShardReport loss */
                loss?: (number|null);

                /** ShardReport count */
                count?: (number|null);

                /** ShardReport squaredNorm */
                squaredNorm?: (number|null);

                /** ShardReport nonFinite */
                nonFinite?: (string|null);

                /** ShardReport carried */
                carried?: (Uint8Array|null);

                /** ShardReport moments */
                moments?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ShardReport. */
            type $Shape = bridle.v1.ShardReport.$Properties;
        }

        /**
         * Properties of a ShardReports.
         * @deprecated Use bridle.v1.ShardReports.$Properties instead.
         */
        interface IShardReports extends bridle.v1.ShardReports.$Properties {
        }

        /** Represents a ShardReports. */
        class ShardReports {

            /**
             * Constructs a new ShardReports.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.ShardReports.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ShardReports leaseId. */
            leaseId: number;

            /** ShardReports step. */
            step: number;

            /** ShardReports reports. */
            reports: bridle.v1.ShardReport.$Properties[];

            /** ShardReports computeMs. */
            computeMs: number;

            /**
             * Creates a new ShardReports instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ShardReports instance
             */
            static create(properties: bridle.v1.ShardReports.$Shape): bridle.v1.ShardReports & bridle.v1.ShardReports.$Shape;
            static create(properties?: bridle.v1.ShardReports.$Properties): bridle.v1.ShardReports;

            /**
             * Encodes the specified ShardReports message. Does not implicitly {@link bridle.v1.ShardReports.verify|verify} messages.
             * @param message ShardReports message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.ShardReports.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ShardReports message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.ShardReports & bridle.v1.ShardReports.$Shape} ShardReports
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.ShardReports & bridle.v1.ShardReports.$Shape;
        }

        namespace ShardReports {

            /** Properties of a ShardReports. */
            interface $Properties {

                /** ShardReports leaseId */
                leaseId?: (number|null);

                /** ShardReports step */
                step?: (number|null);

                /** ShardReports reports */
                reports?: (bridle.v1.ShardReport.$Properties[]|null);

                /** ShardReports computeMs */
                computeMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ShardReports. */
            type $Shape = bridle.v1.ShardReports.$Properties;
        }

        /**
         * Properties of an EvaluationReport.
         * @deprecated Use bridle.v1.EvaluationReport.$Properties instead.
         */
        interface IEvaluationReport extends bridle.v1.EvaluationReport.$Properties {
        }

        /** Represents an EvaluationReport. */
        class EvaluationReport {

            /**
             * Constructs a new EvaluationReport.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.EvaluationReport.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EvaluationReport shard. */
            shard: number;

            /** EvaluationReport loss. */
            loss: number;

            /** EvaluationReport count. */
            count: number;

            /** EvaluationReport correct. */
            correct: number;

            /** EvaluationReport part. */
            part: Uint8Array;

            /**
             * Creates a new EvaluationReport instance using the specified properties.
             * @param [properties] Properties to set
             * @returns EvaluationReport instance
             */
            static create(properties: bridle.v1.EvaluationReport.$Shape): bridle.v1.EvaluationReport & bridle.v1.EvaluationReport.$Shape;
            static create(properties?: bridle.v1.EvaluationReport.$Properties): bridle.v1.EvaluationReport;

            /**
             * Encodes the specified EvaluationReport message. Does not implicitly {@link bridle.v1.EvaluationReport.verify|verify} messages.
             * @param message EvaluationReport message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.EvaluationReport.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EvaluationReport message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.EvaluationReport & bridle.v1.EvaluationReport.$Shape} EvaluationReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.EvaluationReport & bridle.v1.EvaluationReport.$Shape;
        }

        namespace EvaluationReport {

            /** Properties of an EvaluationReport. */
            interface $Properties {

                /** EvaluationReport shard */
                shard?: (number|null);

                /** EvaluationReport loss */
                loss?: (number|null);

                /** EvaluationReport count */
                count?: (number|null);

                /** EvaluationReport correct */
                correct?: (number|null);

                /** EvaluationReport part */
                part?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EvaluationReport. */
            type $Shape = bridle.v1.EvaluationReport.$Properties;
        }

        /**
         * Properties of an EvaluationReports.
         * @deprecated Use bridle.v1.EvaluationReports.$Properties instead.
         */
        interface IEvaluationReports extends bridle.v1.EvaluationReports.$Properties {
        }

        /** Represents an EvaluationReports. */
        class EvaluationReports {

            /**
             * Constructs a new EvaluationReports.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.EvaluationReports.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EvaluationReports leaseId. */
            leaseId: number;

            /** EvaluationReports step. */
            step: number;

            /** EvaluationReports reports. */
            reports: bridle.v1.EvaluationReport.$Properties[];

            /** EvaluationReports computeMs. */
            computeMs: number;

            /**
             * Creates a new EvaluationReports instance using the specified properties.
             * @param [properties] Properties to set
             * @returns EvaluationReports instance
             */
            static create(properties: bridle.v1.EvaluationReports.$Shape): bridle.v1.EvaluationReports & bridle.v1.EvaluationReports.$Shape;
            static create(properties?: bridle.v1.EvaluationReports.$Properties): bridle.v1.EvaluationReports;

            /**
             * Encodes the specified EvaluationReports message. Does not implicitly {@link bridle.v1.EvaluationReports.verify|verify} messages.
             * @param message EvaluationReports message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.EvaluationReports.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EvaluationReports message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.EvaluationReports & bridle.v1.EvaluationReports.$Shape} EvaluationReports
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.EvaluationReports & bridle.v1.EvaluationReports.$Shape;
        }

        namespace EvaluationReports {

            /** Properties of an EvaluationReports. */
            interface $Properties {

                /** EvaluationReports leaseId */
                leaseId?: (number|null);

                /** EvaluationReports step */
                step?: (number|null);

                /** EvaluationReports reports */
                reports?: (bridle.v1.EvaluationReport.$Properties[]|null);

                /** EvaluationReports computeMs */
                computeMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EvaluationReports. */
            type $Shape = bridle.v1.EvaluationReports.$Properties;
        }

        /**
         * Properties of a NeedBlocks.
         * @deprecated Use bridle.v1.NeedBlocks.$Properties instead.
         */
        interface INeedBlocks extends bridle.v1.NeedBlocks.$Properties {
        }

        /** Represents a NeedBlocks. */
        class NeedBlocks {

            /**
             * Constructs a new NeedBlocks.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.NeedBlocks.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NeedBlocks names. */
            names: Uint8Array[];

            /**
             * Creates a new NeedBlocks instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NeedBlocks instance
             */
            static create(properties: bridle.v1.NeedBlocks.$Shape): bridle.v1.NeedBlocks & bridle.v1.NeedBlocks.$Shape;
            static create(properties?: bridle.v1.NeedBlocks.$Properties): bridle.v1.NeedBlocks;

            /**
             * Encodes the specified NeedBlocks message. Does not implicitly {@link bridle.v1.NeedBlocks.verify|verify} messages.
             * @param message NeedBlocks message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.NeedBlocks.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NeedBlocks message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.NeedBlocks & bridle.v1.NeedBlocks.$Shape} NeedBlocks
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.NeedBlocks & bridle.v1.NeedBlocks.$Shape;
        }

        namespace NeedBlocks {

            /** Properties of a NeedBlocks. */
            interface $Properties {

                /** NeedBlocks names */
                names?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NeedBlocks. */
            type $Shape = bridle.v1.NeedBlocks.$Properties;
        }

        /**
         * Properties of a DroppedBlocks.
         * @deprecated Use bridle.v1.DroppedBlocks.$Properties instead.
         */
        interface IDroppedBlocks extends bridle.v1.DroppedBlocks.$Properties {
        }

        /** Represents a DroppedBlocks. */
        class DroppedBlocks {

            /**
             * Constructs a new DroppedBlocks.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.DroppedBlocks.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DroppedBlocks names. */
            names: Uint8Array[];

            /**
             * Creates a new DroppedBlocks instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DroppedBlocks instance
             */
            static create(properties: bridle.v1.DroppedBlocks.$Shape): bridle.v1.DroppedBlocks & bridle.v1.DroppedBlocks.$Shape;
            static create(properties?: bridle.v1.DroppedBlocks.$Properties): bridle.v1.DroppedBlocks;

            /**
             * Encodes the specified DroppedBlocks message. Does not implicitly {@link bridle.v1.DroppedBlocks.verify|verify} messages.
             * @param message DroppedBlocks message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.DroppedBlocks.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DroppedBlocks message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.DroppedBlocks & bridle.v1.DroppedBlocks.$Shape} DroppedBlocks
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.DroppedBlocks & bridle.v1.DroppedBlocks.$Shape;
        }

        namespace DroppedBlocks {

            /** Properties of a DroppedBlocks. */
            interface $Properties {

                /** DroppedBlocks names */
                names?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DroppedBlocks. */
            type $Shape = bridle.v1.DroppedBlocks.$Properties;
        }

        /**
         * Properties of a Goodbye.
         * @deprecated Use bridle.v1.Goodbye.$Properties instead.
         */
        interface IGoodbye extends bridle.v1.Goodbye.$Properties {
        }

        /** Represents a Goodbye. */
        class Goodbye {

            /**
             * Constructs a new Goodbye.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.Goodbye.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Goodbye reason. */
            reason: string;

            /**
             * Creates a new Goodbye instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Goodbye instance
             */
            static create(properties: bridle.v1.Goodbye.$Shape): bridle.v1.Goodbye & bridle.v1.Goodbye.$Shape;
            static create(properties?: bridle.v1.Goodbye.$Properties): bridle.v1.Goodbye;

            /**
             * Encodes the specified Goodbye message. Does not implicitly {@link bridle.v1.Goodbye.verify|verify} messages.
             * @param message Goodbye message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.Goodbye.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Goodbye message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.Goodbye & bridle.v1.Goodbye.$Shape} Goodbye
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.Goodbye & bridle.v1.Goodbye.$Shape;
        }

        namespace Goodbye {

            /** Properties of a Goodbye. */
            interface $Properties {

                /** Goodbye reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Goodbye. */
            type $Shape = bridle.v1.Goodbye.$Properties;
        }

        /**
         * Properties of a Stop.
         * @deprecated Use bridle.v1.Stop.$Properties instead.
         */
        interface IStop extends bridle.v1.Stop.$Properties {
        }

        /** Represents a Stop. */
        class Stop {

            /**
             * Constructs a new Stop.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.Stop.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Stop code. */
            code: string;

            /** Stop message. */
            message: string;

            /**
             * Creates a new Stop instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Stop instance
             */
            static create(properties: bridle.v1.Stop.$Shape): bridle.v1.Stop & bridle.v1.Stop.$Shape;
            static create(properties?: bridle.v1.Stop.$Properties): bridle.v1.Stop;

            /**
             * Encodes the specified Stop message. Does not implicitly {@link bridle.v1.Stop.verify|verify} messages.
             * @param message Stop message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.Stop.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Stop message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.Stop & bridle.v1.Stop.$Shape} Stop
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.Stop & bridle.v1.Stop.$Shape;
        }

        namespace Stop {

            /** Properties of a Stop. */
            interface $Properties {

                /** Stop code */
                code?: (string|null);

                /** Stop message */
                message?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Stop. */
            type $Shape = bridle.v1.Stop.$Properties;
        }

        /**
         * Properties of a SharedMemory.
         * @deprecated Use bridle.v1.SharedMemory.$Properties instead.
         */
        interface ISharedMemory extends bridle.v1.SharedMemory.$Properties {
        }

        /** Represents a SharedMemory. */
        class SharedMemory {

            /**
             * Constructs a new SharedMemory.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.SharedMemory.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SharedMemory processId. */
            processId: number;

            /** SharedMemory weightsFd. */
            weightsFd: number;

            /** SharedMemory gradientsFd. */
            gradientsFd: number;

            /** SharedMemory cellBytes. */
            cellBytes: number;

            /** SharedMemory weightsCells. */
            weightsCells: number;

            /** SharedMemory gradientsCells. */
            gradientsCells: number;

            /** SharedMemory nonce. */
            nonce: Uint8Array;

            /**
             * Creates a new SharedMemory instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SharedMemory instance
             */
            static create(properties: bridle.v1.SharedMemory.$Shape): bridle.v1.SharedMemory & bridle.v1.SharedMemory.$Shape;
            static create(properties?: bridle.v1.SharedMemory.$Properties): bridle.v1.SharedMemory;

            /**
             * Encodes the specified SharedMemory message. Does not implicitly {@link bridle.v1.SharedMemory.verify|verify} messages.
             * @param message SharedMemory message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.SharedMemory.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SharedMemory message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.SharedMemory & bridle.v1.SharedMemory.$Shape} SharedMemory
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.SharedMemory & bridle.v1.SharedMemory.$Shape;
        }

        namespace SharedMemory {

            /** Properties of a SharedMemory. */
            interface $Properties {

                /** SharedMemory processId */
                processId?: (number|null);

                /** SharedMemory weightsFd */
                weightsFd?: (number|null);

                /** SharedMemory gradientsFd */
                gradientsFd?: (number|null);

                /** SharedMemory cellBytes */
                cellBytes?: (number|null);

                /** SharedMemory weightsCells */
                weightsCells?: (number|null);

                /** SharedMemory gradientsCells */
                gradientsCells?: (number|null);

                /** SharedMemory nonce */
                nonce?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SharedMemory. */
            type $Shape = bridle.v1.SharedMemory.$Properties;
        }

        /**
         * Properties of a SharedMemoryTaken.
         * @deprecated Use bridle.v1.SharedMemoryTaken.$Properties instead.
         */
        interface ISharedMemoryTaken extends bridle.v1.SharedMemoryTaken.$Properties {
        }

        /** Represents a SharedMemoryTaken. */
        class SharedMemoryTaken {

            /**
             * Constructs a new SharedMemoryTaken.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.SharedMemoryTaken.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SharedMemoryTaken nonce. */
            nonce: Uint8Array;

            /**
             * Creates a new SharedMemoryTaken instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SharedMemoryTaken instance
             */
            static create(properties: bridle.v1.SharedMemoryTaken.$Shape): bridle.v1.SharedMemoryTaken & bridle.v1.SharedMemoryTaken.$Shape;
            static create(properties?: bridle.v1.SharedMemoryTaken.$Properties): bridle.v1.SharedMemoryTaken;

            /**
             * Encodes the specified SharedMemoryTaken message. Does not implicitly {@link bridle.v1.SharedMemoryTaken.verify|verify} messages.
             * @param message SharedMemoryTaken message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.SharedMemoryTaken.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SharedMemoryTaken message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.SharedMemoryTaken & bridle.v1.SharedMemoryTaken.$Shape} SharedMemoryTaken
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.SharedMemoryTaken & bridle.v1.SharedMemoryTaken.$Shape;
        }

        namespace SharedMemoryTaken {

            /** Properties of a SharedMemoryTaken. */
            interface $Properties {

                /** SharedMemoryTaken nonce */
                nonce?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SharedMemoryTaken. */
            type $Shape = bridle.v1.SharedMemoryTaken.$Properties;
        }

        /**
         * Properties of a Probe.
         * @deprecated Use bridle.v1.Probe.$Properties instead.
         */
        interface IProbe extends bridle.v1.Probe.$Properties {
        }

        /** Represents a Probe. */
        class Probe {

            /**
             * Constructs a new Probe.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.Probe.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Probe answerBytes. */
            answerBytes: number;

            /** Probe padding. */
            padding: Uint8Array;

            /**
             * Creates a new Probe instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Probe instance
             */
            static create(properties: bridle.v1.Probe.$Shape): bridle.v1.Probe & bridle.v1.Probe.$Shape;
            static create(properties?: bridle.v1.Probe.$Properties): bridle.v1.Probe;

            /**
             * Encodes the specified Probe message. Does not implicitly {@link bridle.v1.Probe.verify|verify} messages.
             * @param message Probe message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.Probe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Probe message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.Probe & bridle.v1.Probe.$Shape} Probe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.Probe & bridle.v1.Probe.$Shape;
        }

        namespace Probe {

            /** Properties of a Probe. */
            interface $Properties {

                /** Probe answerBytes */
                answerBytes?: (number|null);

                /** Probe padding */
                padding?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Probe. */
            type $Shape = bridle.v1.Probe.$Properties;
        }

        /**
         * Properties of a ProbeAnswer.
         * @deprecated Use bridle.v1.ProbeAnswer.$Properties instead.
         */
        interface IProbeAnswer extends bridle.v1.ProbeAnswer.$Properties {
        }

        /** Represents a ProbeAnswer. */
        class ProbeAnswer {

            /**
             * Constructs a new ProbeAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: bridle.v1.ProbeAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ProbeAnswer padding. */
            padding: Uint8Array;

            /**
             * Creates a new ProbeAnswer instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ProbeAnswer instance
             */
            static create(properties: bridle.v1.ProbeAnswer.$Shape): bridle.v1.ProbeAnswer & bridle.v1.ProbeAnswer.$Shape;
            static create(properties?: bridle.v1.ProbeAnswer.$Properties): bridle.v1.ProbeAnswer;

            /**
             * Encodes the specified ProbeAnswer message. Does not implicitly {@link bridle.v1.ProbeAnswer.verify|verify} messages.
             * @param message ProbeAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: bridle.v1.ProbeAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ProbeAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {bridle.v1.ProbeAnswer & bridle.v1.ProbeAnswer.$Shape} ProbeAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): bridle.v1.ProbeAnswer & bridle.v1.ProbeAnswer.$Shape;
        }

        namespace ProbeAnswer {

            /** Properties of a ProbeAnswer. */
            interface $Properties {

                /** ProbeAnswer padding */
                padding?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ProbeAnswer. */
            type $Shape = bridle.v1.ProbeAnswer.$Properties;
        }
    }
}
