/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const bridle = $root.bridle = (() => {

    /**
     * Namespace bridle.
     * @exports bridle
     * @namespace
     */
    const bridle = {};

    bridle.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof bridle
         * @namespace
         */
        const v1 = {};

        v1.Envelope = (function() {

            /**
             * Properties of an Envelope.
             * @typedef {Object} bridle.v1.Envelope.$Properties
             * @property {bridle.v1.Hello.$Properties|null} [hello] Envelope hello
             * @property {bridle.v1.Welcome.$Properties|null} [welcome] Envelope welcome
             * @property {bridle.v1.Reject.$Properties|null} [reject] Envelope reject
             * @property {bridle.v1.Heartbeat.$Properties|null} [heartbeat] Envelope heartbeat
             * @property {bridle.v1.Lease.$Properties|null} [lease] Envelope lease
             * @property {bridle.v1.Revoke.$Properties|null} [revoke] Envelope revoke
             * @property {bridle.v1.ShardReports.$Properties|null} [shardReports] Envelope shardReports
             * @property {bridle.v1.NeedBlocks.$Properties|null} [needBlocks] Envelope needBlocks
             * @property {bridle.v1.DroppedBlocks.$Properties|null} [droppedBlocks] Envelope droppedBlocks
             * @property {bridle.v1.Goodbye.$Properties|null} [goodbye] Envelope goodbye
             * @property {bridle.v1.EvaluationReports.$Properties|null} [evaluationReports] Envelope evaluationReports
             * @property {bridle.v1.Stop.$Properties|null} [stop] Envelope stop
             * @property {bridle.v1.SharedMemory.$Properties|null} [sharedMemory] Envelope sharedMemory
             * @property {bridle.v1.SharedMemoryTaken.$Properties|null} [sharedMemoryTaken] Envelope sharedMemoryTaken
             * @property {bridle.v1.Probe.$Properties|null} [probe] Envelope probe
             * @property {bridle.v1.ProbeAnswer.$Properties|null} [probeAnswer] Envelope probeAnswer
             * @property {bridle.v1.ClearToSend.$Properties|null} [clearToSend] Envelope clearToSend
             * @property {"hello"|"welcome"|"reject"|"heartbeat"|"lease"|"revoke"|"shardReports"|"needBlocks"|"droppedBlocks"|"goodbye"|"evaluationReports"|"stop"|"sharedMemory"|"sharedMemoryTaken"|"probe"|"probeAnswer"|"clearToSend"} [message] Envelope message
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Envelope.
             * @memberof bridle.v1
             * @interface IEnvelope
             * @augments bridle.v1.Envelope.$Properties
             * @deprecated Use bridle.v1.Envelope.$Properties instead.
             */

            /**
             * Narrowed shape of an Envelope.
             * @typedef {{
             *   hello?: bridle.v1.Hello.$Shape|null;
             *   welcome?: bridle.v1.Welcome.$Shape|null;
             *   reject?: bridle.v1.Reject.$Shape|null;
             *   heartbeat?: bridle.v1.Heartbeat.$Shape|null;
             *   lease?: bridle.v1.Lease.$Shape|null;
             *   revoke?: bridle.v1.Revoke.$Shape|null;
             *   shardReports?: bridle.v1.ShardReports.$Shape|null;
             *   needBlocks?: bridle.v1.NeedBlocks.$Shape|null;
             *   droppedBlocks?: bridle.v1.DroppedBlocks.$Shape|null;
             *   goodbye?: bridle.v1.Goodbye.$Shape|null;
             *   evaluationReports?: bridle.v1.EvaluationReports.$Shape|null;
             *   stop?: bridle.v1.Stop.$Shape|null;
             *   sharedMemory?: bridle.v1.SharedMemory.$Shape|null;
             *   sharedMemoryTaken?: bridle.v1.SharedMemoryTaken.$Shape|null;
             *   probe?: bridle.v1.Probe.$Shape|null;
             *   probeAnswer?: bridle.v1.ProbeAnswer.$Shape|null;
             *   clearToSend?: bridle.v1.ClearToSend.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ message?: undefined; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "hello"; hello: bridle.v1.Hello.$Shape; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "welcome"; hello?: null; welcome: bridle.v1.Welcome.$Shape; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "reject"; hello?: null; welcome?: null; reject: bridle.v1.Reject.$Shape; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "heartbeat"; hello?: null; welcome?: null; reject?: null; heartbeat: bridle.v1.Heartbeat.$Shape; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "lease"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease: bridle.v1.Lease.$Shape; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "revoke"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke: bridle.v1.Revoke.$Shape; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "shardReports"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports: bridle.v1.ShardReports.$Shape; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "needBlocks"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks: bridle.v1.NeedBlocks.$Shape; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "droppedBlocks"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks: bridle.v1.DroppedBlocks.$Shape; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "goodbye"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye: bridle.v1.Goodbye.$Shape; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "evaluationReports"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports: bridle.v1.EvaluationReports.$Shape; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "stop"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop: bridle.v1.Stop.$Shape; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "sharedMemory"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory: bridle.v1.SharedMemory.$Shape; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "sharedMemoryTaken"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken: bridle.v1.SharedMemoryTaken.$Shape; probe?: null; probeAnswer?: null; clearToSend?: null }|{ message?: "probe"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe: bridle.v1.Probe.$Shape; probeAnswer?: null; clearToSend?: null }|{ message?: "probeAnswer"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer: bridle.v1.ProbeAnswer.$Shape; clearToSend?: null }|{ message?: "clearToSend"; hello?: null; welcome?: null; reject?: null; heartbeat?: null; lease?: null; revoke?: null; shardReports?: null; needBlocks?: null; droppedBlocks?: null; goodbye?: null; evaluationReports?: null; stop?: null; sharedMemory?: null; sharedMemoryTaken?: null; probe?: null; probeAnswer?: null; clearToSend: bridle.v1.ClearToSend.$Shape })
             * )} bridle.v1.Envelope.$Shape
             */

            /**
             * Constructs a new Envelope.
             * @memberof bridle.v1
             * @classdesc Represents an Envelope.
             * @constructor
             * @param {bridle.v1.Envelope.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Envelope = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Envelope hello.
             * @member {bridle.v1.Hello.$Properties|null|undefined} hello
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.hello = null;

            /**
             * Envelope welcome.
             * @member {bridle.v1.Welcome.$Properties|null|undefined} welcome
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.welcome = null;

            /**
             * Envelope reject.
             * @member {bridle.v1.Reject.$Properties|null|undefined} reject
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.reject = null;

            /**
             * Envelope heartbeat.
             * @member {bridle.v1.Heartbeat.$Properties|null|undefined} heartbeat
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.heartbeat = null;

            /**
             * Envelope lease.
             * @member {bridle.v1.Lease.$Properties|null|undefined} lease
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.lease = null;

            /**
             * Envelope revoke.
             * @member {bridle.v1.Revoke.$Properties|null|undefined} revoke
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.revoke = null;

            /**
             * Envelope shardReports.
             * @member {bridle.v1.ShardReports.$Properties|null|undefined} shardReports
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.shardReports = null;

            /**
             * Envelope needBlocks.
             * @member {bridle.v1.NeedBlocks.$Properties|null|undefined} needBlocks
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.needBlocks = null;

            /**
             * Envelope droppedBlocks.
             * @member {bridle.v1.DroppedBlocks.$Properties|null|undefined} droppedBlocks
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.droppedBlocks = null;

            /**
             * Envelope goodbye.
             * @member {bridle.v1.Goodbye.$Properties|null|undefined} goodbye
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.goodbye = null;

            /**
             * Envelope evaluationReports.
             * @member {bridle.v1.EvaluationReports.$Properties|null|undefined} evaluationReports
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.evaluationReports = null;

            /**
             * Envelope stop.
             * @member {bridle.v1.Stop.$Properties|null|undefined} stop
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.stop = null;

            /**
             * Envelope sharedMemory.
             * @member {bridle.v1.SharedMemory.$Properties|null|undefined} sharedMemory
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.sharedMemory = null;

            /**
             * Envelope sharedMemoryTaken.
             * @member {bridle.v1.SharedMemoryTaken.$Properties|null|undefined} sharedMemoryTaken
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.sharedMemoryTaken = null;

            /**
             * Envelope probe.
             * @member {bridle.v1.Probe.$Properties|null|undefined} probe
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.probe = null;

            /**
             * Envelope probeAnswer.
             * @member {bridle.v1.ProbeAnswer.$Properties|null|undefined} probeAnswer
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.probeAnswer = null;

            /**
             * Envelope clearToSend.
             * @member {bridle.v1.ClearToSend.$Properties|null|undefined} clearToSend
             * @memberof bridle.v1.Envelope
             * @instance
             */
            Envelope.prototype.clearToSend = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Envelope message.
             * @member {"hello"|"welcome"|"reject"|"heartbeat"|"lease"|"revoke"|"shardReports"|"needBlocks"|"droppedBlocks"|"goodbye"|"evaluationReports"|"stop"|"sharedMemory"|"sharedMemoryTaken"|"probe"|"probeAnswer"|"clearToSend"|undefined} message
             * @memberof bridle.v1.Envelope
             * @instance
             */
            $Object.defineProperty(Envelope.prototype, "message", {
                get: $util.oneOfGetter($oneOfFields = ["hello", "welcome", "reject", "heartbeat", "lease", "revoke", "shardReports", "needBlocks", "droppedBlocks", "goodbye", "evaluationReports", "stop", "sharedMemory", "sharedMemoryTaken", "probe", "probeAnswer", "clearToSend"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new Envelope instance using the specified properties.
             * @function create
             * @memberof bridle.v1.Envelope
             * @static
             * @param {bridle.v1.Envelope.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.Envelope} Envelope instance
             * @type {{
             *   (properties: bridle.v1.Envelope.$Shape): bridle.v1.Envelope & bridle.v1.Envelope.$Shape;
             *   (properties?: bridle.v1.Envelope.$Properties): bridle.v1.Envelope;
             * }}
             */
            Envelope.create = function(properties) {
                return new Envelope(properties);
            };

            /**
             * Encodes the specified Envelope message. Does not implicitly {@link bridle.v1.Envelope.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.Envelope
             * @static
             * @param {bridle.v1.Envelope.$Properties} message Envelope message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Envelope.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                    $root.bridle.v1.Hello.encode(message.hello, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.welcome != null && $Object.hasOwnProperty.call(message, "welcome"))
                    $root.bridle.v1.Welcome.encode(message.welcome, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.reject != null && $Object.hasOwnProperty.call(message, "reject"))
                    $root.bridle.v1.Reject.encode(message.reject, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.heartbeat != null && $Object.hasOwnProperty.call(message, "heartbeat"))
                    $root.bridle.v1.Heartbeat.encode(message.heartbeat, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.lease != null && $Object.hasOwnProperty.call(message, "lease"))
                    $root.bridle.v1.Lease.encode(message.lease, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.revoke != null && $Object.hasOwnProperty.call(message, "revoke"))
                    $root.bridle.v1.Revoke.encode(message.revoke, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.shardReports != null && $Object.hasOwnProperty.call(message, "shardReports"))
                    $root.bridle.v1.ShardReports.encode(message.shardReports, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.needBlocks != null && $Object.hasOwnProperty.call(message, "needBlocks"))
                    $root.bridle.v1.NeedBlocks.encode(message.needBlocks, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.droppedBlocks != null && $Object.hasOwnProperty.call(message, "droppedBlocks"))
                    $root.bridle.v1.DroppedBlocks.encode(message.droppedBlocks, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.goodbye != null && $Object.hasOwnProperty.call(message, "goodbye"))
                    $root.bridle.v1.Goodbye.encode(message.goodbye, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.evaluationReports != null && $Object.hasOwnProperty.call(message, "evaluationReports"))
                    $root.bridle.v1.EvaluationReports.encode(message.evaluationReports, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.stop != null && $Object.hasOwnProperty.call(message, "stop"))
                    $root.bridle.v1.Stop.encode(message.stop, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.sharedMemory != null && $Object.hasOwnProperty.call(message, "sharedMemory"))
                    $root.bridle.v1.SharedMemory.encode(message.sharedMemory, writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.sharedMemoryTaken != null && $Object.hasOwnProperty.call(message, "sharedMemoryTaken"))
                    $root.bridle.v1.SharedMemoryTaken.encode(message.sharedMemoryTaken, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.probe != null && $Object.hasOwnProperty.call(message, "probe"))
                    $root.bridle.v1.Probe.encode(message.probe, writer.uint32(/* id 32, wireType 2 =*/258).fork(), _depth + 1).ldelim();
                if (message.probeAnswer != null && $Object.hasOwnProperty.call(message, "probeAnswer"))
                    $root.bridle.v1.ProbeAnswer.encode(message.probeAnswer, writer.uint32(/* id 33, wireType 2 =*/266).fork(), _depth + 1).ldelim();
                if (message.clearToSend != null && $Object.hasOwnProperty.call(message, "clearToSend"))
                    $root.bridle.v1.ClearToSend.encode(message.clearToSend, writer.uint32(/* id 34, wireType 2 =*/274).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Envelope message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.Envelope
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.Envelope & bridle.v1.Envelope.$Shape} Envelope
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Envelope.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.Envelope();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.hello = $root.bridle.v1.Hello.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                            message.message = "hello";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.welcome = $root.bridle.v1.Welcome.decode(reader, reader.size(), $undefined, _depth + 1, message.welcome);
                            message.message = "welcome";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.reject = $root.bridle.v1.Reject.decode(reader, reader.size(), $undefined, _depth + 1, message.reject);
                            message.message = "reject";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.heartbeat = $root.bridle.v1.Heartbeat.decode(reader, reader.size(), $undefined, _depth + 1, message.heartbeat);
                            message.message = "heartbeat";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.lease = $root.bridle.v1.Lease.decode(reader, reader.size(), $undefined, _depth + 1, message.lease);
                            message.message = "lease";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.revoke = $root.bridle.v1.Revoke.decode(reader, reader.size(), $undefined, _depth + 1, message.revoke);
                            message.message = "revoke";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.shardReports = $root.bridle.v1.ShardReports.decode(reader, reader.size(), $undefined, _depth + 1, message.shardReports);
                            message.message = "shardReports";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.needBlocks = $root.bridle.v1.NeedBlocks.decode(reader, reader.size(), $undefined, _depth + 1, message.needBlocks);
                            message.message = "needBlocks";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.droppedBlocks = $root.bridle.v1.DroppedBlocks.decode(reader, reader.size(), $undefined, _depth + 1, message.droppedBlocks);
                            message.message = "droppedBlocks";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.goodbye = $root.bridle.v1.Goodbye.decode(reader, reader.size(), $undefined, _depth + 1, message.goodbye);
                            message.message = "goodbye";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.evaluationReports = $root.bridle.v1.EvaluationReports.decode(reader, reader.size(), $undefined, _depth + 1, message.evaluationReports);
                            message.message = "evaluationReports";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.stop = $root.bridle.v1.Stop.decode(reader, reader.size(), $undefined, _depth + 1, message.stop);
                            message.message = "stop";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.sharedMemory = $root.bridle.v1.SharedMemory.decode(reader, reader.size(), $undefined, _depth + 1, message.sharedMemory);
                            message.message = "sharedMemory";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.sharedMemoryTaken = $root.bridle.v1.SharedMemoryTaken.decode(reader, reader.size(), $undefined, _depth + 1, message.sharedMemoryTaken);
                            message.message = "sharedMemoryTaken";
                            continue;
                        }
                    case 32: {
                            if (wireType !== 2)
                                break;
                            message.probe = $root.bridle.v1.Probe.decode(reader, reader.size(), $undefined, _depth + 1, message.probe);
                            message.message = "probe";
                            continue;
                        }
                    case 33: {
                            if (wireType !== 2)
                                break;
                            message.probeAnswer = $root.bridle.v1.ProbeAnswer.decode(reader, reader.size(), $undefined, _depth + 1, message.probeAnswer);
                            message.message = "probeAnswer";
                            continue;
                        }
                    case 34: {
                            if (wireType !== 2)
                                break;
                            message.clearToSend = $root.bridle.v1.ClearToSend.decode(reader, reader.size(), $undefined, _depth + 1, message.clearToSend);
                            message.message = "clearToSend";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Envelope;
        })();

        /**
         * Role enum.
         * @name bridle.v1.Role
         * @enum {number}
         * @property {number} ROLE_WORKER=0 ROLE_WORKER value
         * @property {number} ROLE_OBSERVER=1 ROLE_OBSERVER value
         * @property {number} ROLE_RELAY=2 ROLE_RELAY value
         */
        v1.Role = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "ROLE_WORKER"] = 0;
            values[valuesById[1] = "ROLE_OBSERVER"] = 1;
            values[valuesById[2] = "ROLE_RELAY"] = 2;
            return values;
        })();

        v1.Hello = (function() {

            /**
             * Properties of a Hello.
             * @typedef {Object} bridle.v1.Hello.$Properties
             * @property {number|null} [protocolMajor] Hello protocolMajor
             * @property {number|null} [protocolMinor] Hello protocolMinor
             * @property {string|null} [bridleVersion] Hello bridleVersion
             * @property {string|null} [kernelId] Hello kernelId
             * @property {Array.<string>|null} [capabilities] Hello capabilities
             * @property {string|null} [name] Hello name
             * @property {number|null} [processId] Hello processId
             * @property {string|null} [host] Hello host
             * @property {bridle.v1.Role|null} [role] Hello role
             * @property {Array.<Uint8Array>|null} [heldBlocks] Hello heldBlocks
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Hello.
             * @memberof bridle.v1
             * @interface IHello
             * @augments bridle.v1.Hello.$Properties
             * @deprecated Use bridle.v1.Hello.$Properties instead.
             */

            /**
             * Shape of a Hello.
             * @typedef {bridle.v1.Hello.$Properties} bridle.v1.Hello.$Shape
             */

            /**
             * Constructs a new Hello.
             * @memberof bridle.v1
             * @classdesc Represents a Hello.
             * @constructor
             * @param {bridle.v1.Hello.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Hello = function (properties) {
                this.capabilities = [];
                this.heldBlocks = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Hello protocolMajor.
             * @member {number} protocolMajor
             * @memberof bridle.v1.Hello
             * @instance
             */
            Hello.prototype.protocolMajor = 0;

            /**
             * Hello protocolMinor.
             * @member {number} protocolMinor
             * @memberof bridle.v1.Hello
             * @instance
             */
            Hello.prototype.protocolMinor = 0;

            /**
             * Hello bridleVersion.
             * @member {string} bridleVersion
             * @memberof bridle.v1.Hello
             * @instance
             */
            Hello.prototype.bridleVersion = "";

            /**
             * Hello kernelId.
             * @member {string} kernelId
             * @memberof bridle.v1.Hello
             * @instance
             */
            Hello.prototype.kernelId = "";

            /**
             * Hello capabilities.
             * @member {Array.<string>} capabilities
             * @memberof bridle.v1.Hello
             * @instance
             */
            Hello.prototype.capabilities = $util.emptyArray;

            /**
             * Hello name.
             * @member {string} name
             * @memberof bridle.v1.Hello
             * @instance
             */
            Hello.prototype.name = "";

            /**
             * Hello processId.
             * @member {number} processId
             * @memberof bridle.v1.Hello
             * @instance
             */
            Hello.prototype.processId = 0;

            /**
             * Hello host.
             * @member {string} host
             * @memberof bridle.v1.Hello
             * @instance
             */
            Hello.prototype.host = "";

            /**
             * Hello role.
             * @member {bridle.v1.Role} role
             * @memberof bridle.v1.Hello
             * @instance
             */
            Hello.prototype.role = 0;

            /**
             * Hello heldBlocks.
             * @member {Array.<Uint8Array>} heldBlocks
             * @memberof bridle.v1.Hello
             * @instance
             */
            Hello.prototype.heldBlocks = $util.emptyArray;

            /**
             * Creates a new Hello instance using the specified properties.
             * @function create
             * @memberof bridle.v1.Hello
             * @static
             * @param {bridle.v1.Hello.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.Hello} Hello instance
             * @type {{
             *   (properties: bridle.v1.Hello.$Shape): bridle.v1.Hello & bridle.v1.Hello.$Shape;
             *   (properties?: bridle.v1.Hello.$Properties): bridle.v1.Hello;
             * }}
             */
            Hello.create = function(properties) {
                return new Hello(properties);
            };

            /**
             * Encodes the specified Hello message. Does not implicitly {@link bridle.v1.Hello.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.Hello
             * @static
             * @param {bridle.v1.Hello.$Properties} message Hello message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Hello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.protocolMajor != null && $Object.hasOwnProperty.call(message, "protocolMajor") && message.protocolMajor !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protocolMajor);
                if (message.protocolMinor != null && $Object.hasOwnProperty.call(message, "protocolMinor") && message.protocolMinor !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.protocolMinor);
                if (message.bridleVersion != null && $Object.hasOwnProperty.call(message, "bridleVersion") && message.bridleVersion !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.bridleVersion);
                if (message.kernelId != null && $Object.hasOwnProperty.call(message, "kernelId") && message.kernelId !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.kernelId);
                if (message.capabilities != null && message.capabilities.length)
                    for (let i = 0; i < message.capabilities.length; ++i)
                        writer.uint32(/* id 5, wireType 2 =*/42).string(message.capabilities[i]);
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.name);
                if (message.processId != null && $Object.hasOwnProperty.call(message, "processId") && message.processId !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.processId);
                if (message.host != null && $Object.hasOwnProperty.call(message, "host") && message.host !== "")
                    writer.uint32(/* id 8, wireType 2 =*/66).string(message.host);
                if (message.role != null && $Object.hasOwnProperty.call(message, "role") && message.role !== 0)
                    writer.uint32(/* id 9, wireType 0 =*/72).int32(message.role);
                if (message.heldBlocks != null && message.heldBlocks.length)
                    for (let i = 0; i < message.heldBlocks.length; ++i)
                        writer.uint32(/* id 10, wireType 2 =*/82).bytes(message.heldBlocks[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.Hello
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.Hello & bridle.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Hello.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.Hello();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocolMajor = value;
                            else
                                delete message.protocolMajor;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocolMinor = value;
                            else
                                delete message.protocolMinor;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.bridleVersion = value;
                            else
                                delete message.bridleVersion;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.kernelId = value;
                            else
                                delete message.kernelId;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.capabilities && message.capabilities.length))
                                message.capabilities = [];
                            message.capabilities.push(reader.stringVerify());
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.processId = value;
                            else
                                delete message.processId;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.host = value;
                            else
                                delete message.host;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.role = value;
                            else
                                delete message.role;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if (!(message.heldBlocks && message.heldBlocks.length))
                                message.heldBlocks = [];
                            message.heldBlocks.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Hello;
        })();

        v1.Welcome = (function() {

            /**
             * Properties of a Welcome.
             * @typedef {Object} bridle.v1.Welcome.$Properties
             * @property {number|null} [protocolMajor] Welcome protocolMajor
             * @property {number|null} [protocolMinor] Welcome protocolMinor
             * @property {string|null} [bridleVersion] Welcome bridleVersion
             * @property {string|null} [runId] Welcome runId
             * @property {number|null} [generation] Welcome generation
             * @property {number|null} [rank] Welcome rank
             * @property {string|null} [runSpec] Welcome runSpec
             * @property {number|null} [heartbeatMs] Welcome heartbeatMs
             * @property {number|null} [heartbeatTimeoutMs] Welcome heartbeatTimeoutMs
             * @property {number|null} [maxChunkBytes] Welcome maxChunkBytes
             * @property {string|null} [kernelId] Welcome kernelId
             * @property {string|null} [advertised] Welcome advertised
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Welcome.
             * @memberof bridle.v1
             * @interface IWelcome
             * @augments bridle.v1.Welcome.$Properties
             * @deprecated Use bridle.v1.Welcome.$Properties instead.
             */

            /**
             * Shape of a Welcome.
             * @typedef {bridle.v1.Welcome.$Properties} bridle.v1.Welcome.$Shape
             */

            /**
             * Constructs a new Welcome.
             * @memberof bridle.v1
             * @classdesc Represents a Welcome.
             * @constructor
             * @param {bridle.v1.Welcome.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Welcome = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Welcome protocolMajor.
             * @member {number} protocolMajor
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.protocolMajor = 0;

            /**
             * Welcome protocolMinor.
             * @member {number} protocolMinor
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.protocolMinor = 0;

            /**
             * Welcome bridleVersion.
             * @member {string} bridleVersion
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.bridleVersion = "";

            /**
             * Welcome runId.
             * @member {string} runId
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.runId = "";

            /**
             * Welcome generation.
             * @member {number} generation
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.generation = 0;

            /**
             * Welcome rank.
             * @member {number} rank
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.rank = 0;

            /**
             * Welcome runSpec.
             * @member {string} runSpec
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.runSpec = "";

            /**
             * Welcome heartbeatMs.
             * @member {number} heartbeatMs
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.heartbeatMs = 0;

            /**
             * Welcome heartbeatTimeoutMs.
             * @member {number} heartbeatTimeoutMs
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.heartbeatTimeoutMs = 0;

            /**
             * Welcome maxChunkBytes.
             * @member {number} maxChunkBytes
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.maxChunkBytes = 0;

            /**
             * Welcome kernelId.
             * @member {string} kernelId
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.kernelId = "";

            /**
             * Welcome advertised.
             * @member {string} advertised
             * @memberof bridle.v1.Welcome
             * @instance
             */
            Welcome.prototype.advertised = "";

            /**
             * Creates a new Welcome instance using the specified properties.
             * @function create
             * @memberof bridle.v1.Welcome
             * @static
             * @param {bridle.v1.Welcome.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.Welcome} Welcome instance
             * @type {{
             *   (properties: bridle.v1.Welcome.$Shape): bridle.v1.Welcome & bridle.v1.Welcome.$Shape;
             *   (properties?: bridle.v1.Welcome.$Properties): bridle.v1.Welcome;
             * }}
             */
            Welcome.create = function(properties) {
                return new Welcome(properties);
            };

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link bridle.v1.Welcome.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.Welcome
             * @static
             * @param {bridle.v1.Welcome.$Properties} message Welcome message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Welcome.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.protocolMajor != null && $Object.hasOwnProperty.call(message, "protocolMajor") && message.protocolMajor !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protocolMajor);
                if (message.protocolMinor != null && $Object.hasOwnProperty.call(message, "protocolMinor") && message.protocolMinor !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.protocolMinor);
                if (message.bridleVersion != null && $Object.hasOwnProperty.call(message, "bridleVersion") && message.bridleVersion !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.bridleVersion);
                if (message.runId != null && $Object.hasOwnProperty.call(message, "runId") && message.runId !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.runId);
                if (message.generation != null && $Object.hasOwnProperty.call(message, "generation") && message.generation !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.generation);
                if (message.rank != null && $Object.hasOwnProperty.call(message, "rank") && message.rank !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.rank);
                if (message.runSpec != null && $Object.hasOwnProperty.call(message, "runSpec") && message.runSpec !== "")
                    writer.uint32(/* id 7, wireType 2 =*/58).string(message.runSpec);
                if (message.heartbeatMs != null && $Object.hasOwnProperty.call(message, "heartbeatMs") && message.heartbeatMs !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.heartbeatMs);
                if (message.heartbeatTimeoutMs != null && $Object.hasOwnProperty.call(message, "heartbeatTimeoutMs") && message.heartbeatTimeoutMs !== 0)
                    writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.heartbeatTimeoutMs);
                if (message.maxChunkBytes != null && $Object.hasOwnProperty.call(message, "maxChunkBytes") && message.maxChunkBytes !== 0)
                    writer.uint32(/* id 10, wireType 0 =*/80).uint32(message.maxChunkBytes);
                if (message.kernelId != null && $Object.hasOwnProperty.call(message, "kernelId") && message.kernelId !== "")
                    writer.uint32(/* id 11, wireType 2 =*/90).string(message.kernelId);
                if (message.advertised != null && $Object.hasOwnProperty.call(message, "advertised") && message.advertised !== "")
                    writer.uint32(/* id 12, wireType 2 =*/98).string(message.advertised);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.Welcome
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.Welcome & bridle.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Welcome.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.Welcome();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocolMajor = value;
                            else
                                delete message.protocolMajor;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocolMinor = value;
                            else
                                delete message.protocolMinor;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.bridleVersion = value;
                            else
                                delete message.bridleVersion;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.runId = value;
                            else
                                delete message.runId;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.generation = value;
                            else
                                delete message.generation;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.rank = value;
                            else
                                delete message.rank;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.runSpec = value;
                            else
                                delete message.runSpec;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.heartbeatMs = value;
                            else
                                delete message.heartbeatMs;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.heartbeatTimeoutMs = value;
                            else
                                delete message.heartbeatTimeoutMs;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.maxChunkBytes = value;
                            else
                                delete message.maxChunkBytes;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.kernelId = value;
                            else
                                delete message.kernelId;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.advertised = value;
                            else
                                delete message.advertised;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Welcome;
        })();

        v1.Reject = (function() {

            /**
             * Properties of a Reject.
             * @typedef {Object} bridle.v1.Reject.$Properties
             * @property {string|null} [code] Reject code
             * @property {string|null} [message] Reject message
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Reject.
             * @memberof bridle.v1
             * @interface IReject
             * @augments bridle.v1.Reject.$Properties
             * @deprecated Use bridle.v1.Reject.$Properties instead.
             */

            /**
             * Shape of a Reject.
             * @typedef {bridle.v1.Reject.$Properties} bridle.v1.Reject.$Shape
             */

            /**
             * Constructs a new Reject.
             * @memberof bridle.v1
             * @classdesc Represents a Reject.
             * @constructor
             * @param {bridle.v1.Reject.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Reject = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Reject code.
             * @member {string} code
             * @memberof bridle.v1.Reject
             * @instance
             */
            Reject.prototype.code = "";

            /**
             * Reject message.
             * @member {string} message
             * @memberof bridle.v1.Reject
             * @instance
             */
            Reject.prototype.message = "";

            /**
             * Creates a new Reject instance using the specified properties.
             * @function create
             * @memberof bridle.v1.Reject
             * @static
             * @param {bridle.v1.Reject.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.Reject} Reject instance
             * @type {{
             *   (properties: bridle.v1.Reject.$Shape): bridle.v1.Reject & bridle.v1.Reject.$Shape;
             *   (properties?: bridle.v1.Reject.$Properties): bridle.v1.Reject;
             * }}
             */
            Reject.create = function(properties) {
                return new Reject(properties);
            };

            /**
             * Encodes the specified Reject message. Does not implicitly {@link bridle.v1.Reject.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.Reject
             * @static
             * @param {bridle.v1.Reject.$Properties} message Reject message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Reject.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.code);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.message);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Reject message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.Reject
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.Reject & bridle.v1.Reject.$Shape} Reject
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Reject.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.Reject();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Reject;
        })();

        v1.Heartbeat = (function() {

            /**
             * Properties of a Heartbeat.
             * @typedef {Object} bridle.v1.Heartbeat.$Properties
             * @property {number|null} [counter] Heartbeat counter
             * @property {number|null} [preparingLease] Heartbeat preparingLease
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Heartbeat.
             * @memberof bridle.v1
             * @interface IHeartbeat
             * @augments bridle.v1.Heartbeat.$Properties
             * @deprecated Use bridle.v1.Heartbeat.$Properties instead.
             */

            /**
             * Shape of a Heartbeat.
             * @typedef {bridle.v1.Heartbeat.$Properties} bridle.v1.Heartbeat.$Shape
             */

            /**
             * Constructs a new Heartbeat.
             * @memberof bridle.v1
             * @classdesc Represents a Heartbeat.
             * @constructor
             * @param {bridle.v1.Heartbeat.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Heartbeat = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Heartbeat counter.
             * @member {number} counter
             * @memberof bridle.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.counter = 0;

            /**
             * Heartbeat preparingLease.
             * @member {number} preparingLease
             * @memberof bridle.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.preparingLease = 0;

            /**
             * Creates a new Heartbeat instance using the specified properties.
             * @function create
             * @memberof bridle.v1.Heartbeat
             * @static
             * @param {bridle.v1.Heartbeat.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.Heartbeat} Heartbeat instance
             * @type {{
             *   (properties: bridle.v1.Heartbeat.$Shape): bridle.v1.Heartbeat & bridle.v1.Heartbeat.$Shape;
             *   (properties?: bridle.v1.Heartbeat.$Properties): bridle.v1.Heartbeat;
             * }}
             */
            Heartbeat.create = function(properties) {
                return new Heartbeat(properties);
            };

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link bridle.v1.Heartbeat.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.Heartbeat
             * @static
             * @param {bridle.v1.Heartbeat.$Properties} message Heartbeat message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Heartbeat.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.counter != null && $Object.hasOwnProperty.call(message, "counter") && message.counter !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.counter);
                if (message.preparingLease != null && $Object.hasOwnProperty.call(message, "preparingLease") && message.preparingLease !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.preparingLease);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.Heartbeat
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.Heartbeat & bridle.v1.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Heartbeat.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.Heartbeat();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.counter = value;
                            else
                                delete message.counter;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.preparingLease = value;
                            else
                                delete message.preparingLease;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Heartbeat;
        })();

        /**
         * Purpose enum.
         * @name bridle.v1.Purpose
         * @enum {number}
         * @property {number} PURPOSE_TRAIN=0 PURPOSE_TRAIN value
         * @property {number} PURPOSE_EVALUATE=1 PURPOSE_EVALUATE value
         * @property {number} PURPOSE_COLLECT=2 PURPOSE_COLLECT value
         */
        v1.Purpose = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "PURPOSE_TRAIN"] = 0;
            values[valuesById[1] = "PURPOSE_EVALUATE"] = 1;
            values[valuesById[2] = "PURPOSE_COLLECT"] = 2;
            return values;
        })();

        v1.ShardWork = (function() {

            /**
             * Properties of a ShardWork.
             * @typedef {Object} bridle.v1.ShardWork.$Properties
             * @property {number|null} [shard] ShardWork shard
             * @property {Array.<number>|null} [exampleIds] ShardWork exampleIds
             * @property {Array.<number>|null} [blockIndexes] ShardWork blockIndexes
             * @property {Uint8Array|null} [carried] ShardWork carried
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ShardWork.
             * @memberof bridle.v1
             * @interface IShardWork
             * @augments bridle.v1.ShardWork.$Properties
             * @deprecated Use bridle.v1.ShardWork.$Properties instead.
             */

            /**
             * Shape of a ShardWork.
             * @typedef {bridle.v1.ShardWork.$Properties} bridle.v1.ShardWork.$Shape
             */

            /**
             * Constructs a new ShardWork.
             * @memberof bridle.v1
             * @classdesc Represents a ShardWork.
             * @constructor
             * @param {bridle.v1.ShardWork.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ShardWork = function (properties) {
                this.exampleIds = [];
                this.blockIndexes = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ShardWork shard.
             * @member {number} shard
             * @memberof bridle.v1.ShardWork
             * @instance
             */
            ShardWork.prototype.shard = 0;

            /**
             * ShardWork exampleIds.
             * @member {Array.<number>} exampleIds
             * @memberof bridle.v1.ShardWork
             * @instance
             */
            ShardWork.prototype.exampleIds = $util.emptyArray;

            /**
             * ShardWork blockIndexes.
             * @member {Array.<number>} blockIndexes
             * @memberof bridle.v1.ShardWork
             * @instance
             */
            ShardWork.prototype.blockIndexes = $util.emptyArray;

            /**
             * ShardWork carried.
             * @member {Uint8Array} carried
             * @memberof bridle.v1.ShardWork
             * @instance
             */
            ShardWork.prototype.carried = $util.newBuffer([]);

            /**
             * Creates a new ShardWork instance using the specified properties.
             * @function create
             * @memberof bridle.v1.ShardWork
             * @static
             * @param {bridle.v1.ShardWork.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.ShardWork} ShardWork instance
             * @type {{
             *   (properties: bridle.v1.ShardWork.$Shape): bridle.v1.ShardWork & bridle.v1.ShardWork.$Shape;
             *   (properties?: bridle.v1.ShardWork.$Properties): bridle.v1.ShardWork;
             * }}
             */
            ShardWork.create = function(properties) {
                return new ShardWork(properties);
            };

            /**
             * Encodes the specified ShardWork message. Does not implicitly {@link bridle.v1.ShardWork.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.ShardWork
             * @static
             * @param {bridle.v1.ShardWork.$Properties} message ShardWork message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ShardWork.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.shard != null && $Object.hasOwnProperty.call(message, "shard") && message.shard !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.shard);
                if (message.exampleIds != null && message.exampleIds.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint32s(message.exampleIds);
                if (message.blockIndexes != null && message.blockIndexes.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.blockIndexes);
                if (message.carried != null && $Object.hasOwnProperty.call(message, "carried") && message.carried.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.carried);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ShardWork message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.ShardWork
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.ShardWork & bridle.v1.ShardWork.$Shape} ShardWork
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ShardWork.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.ShardWork();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.shard = value;
                            else
                                delete message.shard;
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.exampleIds && message.exampleIds.length))
                                    message.exampleIds = [];
                                reader.uint32s(message.exampleIds);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.exampleIds && message.exampleIds.length))
                                message.exampleIds = [];
                            message.exampleIds.push(reader.uint32());
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.blockIndexes && message.blockIndexes.length))
                                    message.blockIndexes = [];
                                reader.uint32s(message.blockIndexes);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.blockIndexes && message.blockIndexes.length))
                                message.blockIndexes = [];
                            message.blockIndexes.push(reader.uint32());
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.carried = value;
                            else
                                delete message.carried;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ShardWork;
        })();

        v1.Lease = (function() {

            /**
             * Properties of a Lease.
             * @typedef {Object} bridle.v1.Lease.$Properties
             * @property {number|null} [leaseId] Lease leaseId
             * @property {number|null} [step] Lease step
             * @property {bridle.v1.Purpose|null} [purpose] Lease purpose
             * @property {number|null} [rows] Lease rows
             * @property {number|null} [timeSteps] Lease timeSteps
             * @property {Array.<bridle.v1.ShardWork.$Properties>|null} [shards] Lease shards
             * @property {Array.<Uint8Array>|null} [blocks] Lease blocks
             * @property {Array.<Uint8Array>|null} [totals] Lease totals
             * @property {number|null} [firstTotal] Lease firstTotal
             * @property {boolean|null} [waits] Lease waits
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Lease.
             * @memberof bridle.v1
             * @interface ILease
             * @augments bridle.v1.Lease.$Properties
             * @deprecated Use bridle.v1.Lease.$Properties instead.
             */

            /**
             * Shape of a Lease.
             * @typedef {bridle.v1.Lease.$Properties} bridle.v1.Lease.$Shape
             */

            /**
             * Constructs a new Lease.
             * @memberof bridle.v1
             * @classdesc Represents a Lease.
             * @constructor
             * @param {bridle.v1.Lease.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Lease = function (properties) {
                this.shards = [];
                this.blocks = [];
                this.totals = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Lease leaseId.
             * @member {number} leaseId
             * @memberof bridle.v1.Lease
             * @instance
             */
            Lease.prototype.leaseId = 0;

            /**
             * Lease step.
             * @member {number} step
             * @memberof bridle.v1.Lease
             * @instance
             */
            Lease.prototype.step = 0;

            /**
             * Lease purpose.
             * @member {bridle.v1.Purpose} purpose
             * @memberof bridle.v1.Lease
             * @instance
             */
            Lease.prototype.purpose = 0;

            /**
             * Lease rows.
             * @member {number} rows
             * @memberof bridle.v1.Lease
             * @instance
             */
            Lease.prototype.rows = 0;

            /**
             * Lease timeSteps.
             * @member {number} timeSteps
             * @memberof bridle.v1.Lease
             * @instance
             */
            Lease.prototype.timeSteps = 0;

            /**
             * Lease shards.
             * @member {Array.<bridle.v1.ShardWork.$Properties>} shards
             * @memberof bridle.v1.Lease
             * @instance
             */
            Lease.prototype.shards = $util.emptyArray;

            /**
             * Lease blocks.
             * @member {Array.<Uint8Array>} blocks
             * @memberof bridle.v1.Lease
             * @instance
             */
            Lease.prototype.blocks = $util.emptyArray;

            /**
             * Lease totals.
             * @member {Array.<Uint8Array>} totals
             * @memberof bridle.v1.Lease
             * @instance
             */
            Lease.prototype.totals = $util.emptyArray;

            /**
             * Lease firstTotal.
             * @member {number} firstTotal
             * @memberof bridle.v1.Lease
             * @instance
             */
            Lease.prototype.firstTotal = 0;

            /**
             * Lease waits.
             * @member {boolean} waits
             * @memberof bridle.v1.Lease
             * @instance
             */
            Lease.prototype.waits = false;

            /**
             * Creates a new Lease instance using the specified properties.
             * @function create
             * @memberof bridle.v1.Lease
             * @static
             * @param {bridle.v1.Lease.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.Lease} Lease instance
             * @type {{
             *   (properties: bridle.v1.Lease.$Shape): bridle.v1.Lease & bridle.v1.Lease.$Shape;
             *   (properties?: bridle.v1.Lease.$Properties): bridle.v1.Lease;
             * }}
             */
            Lease.create = function(properties) {
                return new Lease(properties);
            };

            /**
             * Encodes the specified Lease message. Does not implicitly {@link bridle.v1.Lease.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.Lease
             * @static
             * @param {bridle.v1.Lease.$Properties} message Lease message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Lease.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.leaseId != null && $Object.hasOwnProperty.call(message, "leaseId") && message.leaseId !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.leaseId);
                if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.step);
                if (message.purpose != null && $Object.hasOwnProperty.call(message, "purpose") && message.purpose !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).int32(message.purpose);
                if (message.rows != null && $Object.hasOwnProperty.call(message, "rows") && message.rows !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.rows);
                if (message.timeSteps != null && $Object.hasOwnProperty.call(message, "timeSteps") && message.timeSteps !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.timeSteps);
                if (message.shards != null && message.shards.length)
                    for (let i = 0; i < message.shards.length; ++i)
                        $root.bridle.v1.ShardWork.encode(message.shards[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.blocks != null && message.blocks.length)
                    for (let i = 0; i < message.blocks.length; ++i)
                        writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.blocks[i]);
                if (message.totals != null && message.totals.length)
                    for (let i = 0; i < message.totals.length; ++i)
                        writer.uint32(/* id 8, wireType 2 =*/66).bytes(message.totals[i]);
                if (message.firstTotal != null && $Object.hasOwnProperty.call(message, "firstTotal") && message.firstTotal !== 0)
                    writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.firstTotal);
                if (message.waits != null && $Object.hasOwnProperty.call(message, "waits") && message.waits !== false)
                    writer.uint32(/* id 10, wireType 0 =*/80).bool(message.waits);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Lease message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.Lease
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.Lease & bridle.v1.Lease.$Shape} Lease
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Lease.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.Lease();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.leaseId = value;
                            else
                                delete message.leaseId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.step = value;
                            else
                                delete message.step;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.purpose = value;
                            else
                                delete message.purpose;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.rows = value;
                            else
                                delete message.rows;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.timeSteps = value;
                            else
                                delete message.timeSteps;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.shards && message.shards.length))
                                message.shards = [];
                            message.shards.push($root.bridle.v1.ShardWork.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if (!(message.blocks && message.blocks.length))
                                message.blocks = [];
                            message.blocks.push(reader.bytes());
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.totals && message.totals.length))
                                message.totals = [];
                            message.totals.push(reader.bytes());
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.firstTotal = value;
                            else
                                delete message.firstTotal;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.waits = value;
                            else
                                delete message.waits;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Lease;
        })();

        v1.ClearToSend = (function() {

            /**
             * Properties of a ClearToSend.
             * @typedef {Object} bridle.v1.ClearToSend.$Properties
             * @property {number|null} [leaseId] ClearToSend leaseId
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ClearToSend.
             * @memberof bridle.v1
             * @interface IClearToSend
             * @augments bridle.v1.ClearToSend.$Properties
             * @deprecated Use bridle.v1.ClearToSend.$Properties instead.
             */

            /**
             * Shape of a ClearToSend.
             * @typedef {bridle.v1.ClearToSend.$Properties} bridle.v1.ClearToSend.$Shape
             */

            /**
             * Constructs a new ClearToSend.
             * @memberof bridle.v1
             * @classdesc Represents a ClearToSend.
             * @constructor
             * @param {bridle.v1.ClearToSend.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ClearToSend = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ClearToSend leaseId.
             * @member {number} leaseId
             * @memberof bridle.v1.ClearToSend
             * @instance
             */
            ClearToSend.prototype.leaseId = 0;

            /**
             * Creates a new ClearToSend instance using the specified properties.
             * @function create
             * @memberof bridle.v1.ClearToSend
             * @static
             * @param {bridle.v1.ClearToSend.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.ClearToSend} ClearToSend instance
             * @type {{
             *   (properties: bridle.v1.ClearToSend.$Shape): bridle.v1.ClearToSend & bridle.v1.ClearToSend.$Shape;
             *   (properties?: bridle.v1.ClearToSend.$Properties): bridle.v1.ClearToSend;
             * }}
             */
            ClearToSend.create = function(properties) {
                return new ClearToSend(properties);
            };

            /**
             * Encodes the specified ClearToSend message. Does not implicitly {@link bridle.v1.ClearToSend.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.ClearToSend
             * @static
             * @param {bridle.v1.ClearToSend.$Properties} message ClearToSend message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ClearToSend.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.leaseId != null && $Object.hasOwnProperty.call(message, "leaseId") && message.leaseId !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.leaseId);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ClearToSend message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.ClearToSend
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.ClearToSend & bridle.v1.ClearToSend.$Shape} ClearToSend
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ClearToSend.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.ClearToSend();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.leaseId = value;
                            else
                                delete message.leaseId;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ClearToSend;
        })();

        v1.Revoke = (function() {

            /**
             * Properties of a Revoke.
             * @typedef {Object} bridle.v1.Revoke.$Properties
             * @property {number|null} [leaseId] Revoke leaseId
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Revoke.
             * @memberof bridle.v1
             * @interface IRevoke
             * @augments bridle.v1.Revoke.$Properties
             * @deprecated Use bridle.v1.Revoke.$Properties instead.
             */

            /**
             * Shape of a Revoke.
             * @typedef {bridle.v1.Revoke.$Properties} bridle.v1.Revoke.$Shape
             */

            /**
             * Constructs a new Revoke.
             * @memberof bridle.v1
             * @classdesc Represents a Revoke.
             * @constructor
             * @param {bridle.v1.Revoke.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Revoke = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Revoke leaseId.
             * @member {number} leaseId
             * @memberof bridle.v1.Revoke
             * @instance
             */
            Revoke.prototype.leaseId = 0;

            /**
             * Creates a new Revoke instance using the specified properties.
             * @function create
             * @memberof bridle.v1.Revoke
             * @static
             * @param {bridle.v1.Revoke.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.Revoke} Revoke instance
             * @type {{
             *   (properties: bridle.v1.Revoke.$Shape): bridle.v1.Revoke & bridle.v1.Revoke.$Shape;
             *   (properties?: bridle.v1.Revoke.$Properties): bridle.v1.Revoke;
             * }}
             */
            Revoke.create = function(properties) {
                return new Revoke(properties);
            };

            /**
             * Encodes the specified Revoke message. Does not implicitly {@link bridle.v1.Revoke.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.Revoke
             * @static
             * @param {bridle.v1.Revoke.$Properties} message Revoke message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Revoke.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.leaseId != null && $Object.hasOwnProperty.call(message, "leaseId") && message.leaseId !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.leaseId);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Revoke message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.Revoke
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.Revoke & bridle.v1.Revoke.$Shape} Revoke
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Revoke.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.Revoke();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.leaseId = value;
                            else
                                delete message.leaseId;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Revoke;
        })();

        v1.ShardReport = (function() {

            /**
             * Properties of a ShardReport.
             * @typedef {Object} bridle.v1.ShardReport.$Properties
             * @property {number|null} [shard] ShardReport shard
             * @property {number|null} [loss] ShardReport loss
             * @property {number|null} [count] ShardReport count
             * @property {number|null} [squaredNorm] ShardReport squaredNorm
             * @property {string|null} [nonFinite] ShardReport nonFinite
             * @property {Uint8Array|null} [carried] ShardReport carried
             * @property {Uint8Array|null} [moments] ShardReport moments
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ShardReport.
             * @memberof bridle.v1
             * @interface IShardReport
             * @augments bridle.v1.ShardReport.$Properties
             * @deprecated Use bridle.v1.ShardReport.$Properties instead.
             */

            /**
             * Shape of a ShardReport.
             * @typedef {bridle.v1.ShardReport.$Properties} bridle.v1.ShardReport.$Shape
             */

            /**
             * Constructs a new ShardReport.
             * @memberof bridle.v1
             * @classdesc Represents a ShardReport.
             * @constructor
             * @param {bridle.v1.ShardReport.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ShardReport = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ShardReport shard.
             * @member {number} shard
             * @memberof bridle.v1.ShardReport
             * @instance
             */
            ShardReport.prototype.shard = 0;

            /**
             * ShardReport loss.
             * @member {number} loss
             * @memberof bridle.v1.ShardReport
             * @instance
             */
            ShardReport.prototype.loss = 0;

            /**
             * ShardReport count.
             * @member {number} count
             * @memberof bridle.v1.ShardReport
             * @instance
             */
            ShardReport.prototype.count = 0;

            /**
             * ShardReport squaredNorm.
             * @member {number} squaredNorm
             * @memberof bridle.v1.ShardReport
             * @instance
             */
            ShardReport.prototype.squaredNorm = 0;

            /**
             * ShardReport nonFinite.
             * @member {string} nonFinite
             * @memberof bridle.v1.ShardReport
             * @instance
             */
            ShardReport.prototype.nonFinite = "";

            /**
             * ShardReport carried.
             * @member {Uint8Array} carried
             * @memberof bridle.v1.ShardReport
             * @instance
             */
            ShardReport.prototype.carried = $util.newBuffer([]);

            /**
             * ShardReport moments.
             * @member {Uint8Array} moments
             * @memberof bridle.v1.ShardReport
             * @instance
             */
            ShardReport.prototype.moments = $util.newBuffer([]);

            /**
             * Creates a new ShardReport instance using the specified properties.
             * @function create
             * @memberof bridle.v1.ShardReport
             * @static
             * @param {bridle.v1.ShardReport.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.ShardReport} ShardReport instance
             * @type {{
             *   (properties: bridle.v1.ShardReport.$Shape): bridle.v1.ShardReport & bridle.v1.ShardReport.$Shape;
             *   (properties?: bridle.v1.ShardReport.$Properties): bridle.v1.ShardReport;
             * }}
             */
            ShardReport.create = function(properties) {
                return new ShardReport(properties);
            };

            /**
             * Encodes the specified ShardReport message. Does not implicitly {@link bridle.v1.ShardReport.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.ShardReport
             * @static
             * @param {bridle.v1.ShardReport.$Properties} message ShardReport message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ShardReport.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.shard != null && $Object.hasOwnProperty.call(message, "shard") && message.shard !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.shard);
                if (message.loss != null && $Object.hasOwnProperty.call(message, "loss") && !$Object.is(message.loss, 0))
                    writer.uint32(/* id 2, wireType 1 =*/17).double(message.loss);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.count);
                if (message.squaredNorm != null && $Object.hasOwnProperty.call(message, "squaredNorm") && !$Object.is(message.squaredNorm, 0))
                    writer.uint32(/* id 4, wireType 1 =*/33).double(message.squaredNorm);
                if (message.nonFinite != null && $Object.hasOwnProperty.call(message, "nonFinite") && message.nonFinite !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.nonFinite);
                if (message.carried != null && $Object.hasOwnProperty.call(message, "carried") && message.carried.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.carried);
                if (message.moments != null && $Object.hasOwnProperty.call(message, "moments") && message.moments.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.moments);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ShardReport message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.ShardReport
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.ShardReport & bridle.v1.ShardReport.$Shape} ShardReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ShardReport.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.ShardReport();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.shard = value;
                            else
                                delete message.shard;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.loss = value;
                            else
                                delete message.loss;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.squaredNorm = value;
                            else
                                delete message.squaredNorm;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.nonFinite = value;
                            else
                                delete message.nonFinite;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.carried = value;
                            else
                                delete message.carried;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.moments = value;
                            else
                                delete message.moments;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ShardReport;
        })();

        v1.ShardReports = (function() {

            /**
             * Properties of a ShardReports.
             * @typedef {Object} bridle.v1.ShardReports.$Properties
             * @property {number|null} [leaseId] ShardReports leaseId
             * @property {number|null} [step] ShardReports step
             * @property {Array.<bridle.v1.ShardReport.$Properties>|null} [reports] ShardReports reports
             * @property {number|null} [computeMs] ShardReports computeMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ShardReports.
             * @memberof bridle.v1
             * @interface IShardReports
             * @augments bridle.v1.ShardReports.$Properties
             * @deprecated Use bridle.v1.ShardReports.$Properties instead.
             */

            /**
             * Shape of a ShardReports.
             * @typedef {bridle.v1.ShardReports.$Properties} bridle.v1.ShardReports.$Shape
             */

            /**
             * Constructs a new ShardReports.
             * @memberof bridle.v1
             * @classdesc Represents a ShardReports.
             * @constructor
             * @param {bridle.v1.ShardReports.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ShardReports = function (properties) {
                this.reports = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ShardReports leaseId.
             * @member {number} leaseId
             * @memberof bridle.v1.ShardReports
             * @instance
             */
            ShardReports.prototype.leaseId = 0;

            /**
             * ShardReports step.
             * @member {number} step
             * @memberof bridle.v1.ShardReports
             * @instance
             */
            ShardReports.prototype.step = 0;

            /**
             * ShardReports reports.
             * @member {Array.<bridle.v1.ShardReport.$Properties>} reports
             * @memberof bridle.v1.ShardReports
             * @instance
             */
            ShardReports.prototype.reports = $util.emptyArray;

            /**
             * ShardReports computeMs.
             * @member {number} computeMs
             * @memberof bridle.v1.ShardReports
             * @instance
             */
            ShardReports.prototype.computeMs = 0;

            /**
             * Creates a new ShardReports instance using the specified properties.
             * @function create
             * @memberof bridle.v1.ShardReports
             * @static
             * @param {bridle.v1.ShardReports.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.ShardReports} ShardReports instance
             * @type {{
             *   (properties: bridle.v1.ShardReports.$Shape): bridle.v1.ShardReports & bridle.v1.ShardReports.$Shape;
             *   (properties?: bridle.v1.ShardReports.$Properties): bridle.v1.ShardReports;
             * }}
             */
            ShardReports.create = function(properties) {
                return new ShardReports(properties);
            };

            /**
             * Encodes the specified ShardReports message. Does not implicitly {@link bridle.v1.ShardReports.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.ShardReports
             * @static
             * @param {bridle.v1.ShardReports.$Properties} message ShardReports message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ShardReports.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.leaseId != null && $Object.hasOwnProperty.call(message, "leaseId") && message.leaseId !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.leaseId);
                if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.step);
                if (message.reports != null && message.reports.length)
                    for (let i = 0; i < message.reports.length; ++i)
                        $root.bridle.v1.ShardReport.encode(message.reports[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.computeMs != null && $Object.hasOwnProperty.call(message, "computeMs") && !$Object.is(message.computeMs, 0))
                    writer.uint32(/* id 4, wireType 5 =*/37).float(message.computeMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ShardReports message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.ShardReports
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.ShardReports & bridle.v1.ShardReports.$Shape} ShardReports
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ShardReports.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.ShardReports();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.leaseId = value;
                            else
                                delete message.leaseId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.step = value;
                            else
                                delete message.step;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.reports && message.reports.length))
                                message.reports = [];
                            message.reports.push($root.bridle.v1.ShardReport.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 5)
                                break;
                            if (!$Object.is(value = reader.float(), 0))
                                message.computeMs = value;
                            else
                                delete message.computeMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ShardReports;
        })();

        v1.EvaluationReport = (function() {

            /**
             * Properties of an EvaluationReport.
             * @typedef {Object} bridle.v1.EvaluationReport.$Properties
             * @property {number|null} [shard] EvaluationReport shard
             * @property {number|null} [loss] EvaluationReport loss
             * @property {number|null} [count] EvaluationReport count
             * @property {number|null} [correct] EvaluationReport correct
             * @property {Uint8Array|null} [part] EvaluationReport part
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an EvaluationReport.
             * @memberof bridle.v1
             * @interface IEvaluationReport
             * @augments bridle.v1.EvaluationReport.$Properties
             * @deprecated Use bridle.v1.EvaluationReport.$Properties instead.
             */

            /**
             * Shape of an EvaluationReport.
             * @typedef {bridle.v1.EvaluationReport.$Properties} bridle.v1.EvaluationReport.$Shape
             */

            /**
             * Constructs a new EvaluationReport.
             * @memberof bridle.v1
             * @classdesc Represents an EvaluationReport.
             * @constructor
             * @param {bridle.v1.EvaluationReport.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const EvaluationReport = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * EvaluationReport shard.
             * @member {number} shard
             * @memberof bridle.v1.EvaluationReport
             * @instance
             */
            EvaluationReport.prototype.shard = 0;

            /**
             * EvaluationReport loss.
             * @member {number} loss
             * @memberof bridle.v1.EvaluationReport
             * @instance
             */
            EvaluationReport.prototype.loss = 0;

            /**
             * EvaluationReport count.
             * @member {number} count
             * @memberof bridle.v1.EvaluationReport
             * @instance
             */
            EvaluationReport.prototype.count = 0;

            /**
             * EvaluationReport correct.
             * @member {number} correct
             * @memberof bridle.v1.EvaluationReport
             * @instance
             */
            EvaluationReport.prototype.correct = 0;

            /**
             * EvaluationReport part.
             * @member {Uint8Array} part
             * @memberof bridle.v1.EvaluationReport
             * @instance
             */
            EvaluationReport.prototype.part = $util.newBuffer([]);

            /**
             * Creates a new EvaluationReport instance using the specified properties.
             * @function create
             * @memberof bridle.v1.EvaluationReport
             * @static
             * @param {bridle.v1.EvaluationReport.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.EvaluationReport} EvaluationReport instance
             * @type {{
             *   (properties: bridle.v1.EvaluationReport.$Shape): bridle.v1.EvaluationReport & bridle.v1.EvaluationReport.$Shape;
             *   (properties?: bridle.v1.EvaluationReport.$Properties): bridle.v1.EvaluationReport;
             * }}
             */
            EvaluationReport.create = function(properties) {
                return new EvaluationReport(properties);
            };

            /**
             * Encodes the specified EvaluationReport message. Does not implicitly {@link bridle.v1.EvaluationReport.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.EvaluationReport
             * @static
             * @param {bridle.v1.EvaluationReport.$Properties} message EvaluationReport message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            EvaluationReport.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.shard != null && $Object.hasOwnProperty.call(message, "shard") && message.shard !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.shard);
                if (message.loss != null && $Object.hasOwnProperty.call(message, "loss") && !$Object.is(message.loss, 0))
                    writer.uint32(/* id 2, wireType 1 =*/17).double(message.loss);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.count);
                if (message.correct != null && $Object.hasOwnProperty.call(message, "correct") && message.correct !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.correct);
                if (message.part != null && $Object.hasOwnProperty.call(message, "part") && message.part.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.part);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an EvaluationReport message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.EvaluationReport
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.EvaluationReport & bridle.v1.EvaluationReport.$Shape} EvaluationReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            EvaluationReport.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.EvaluationReport();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.shard = value;
                            else
                                delete message.shard;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.loss = value;
                            else
                                delete message.loss;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.correct = value;
                            else
                                delete message.correct;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.part = value;
                            else
                                delete message.part;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return EvaluationReport;
        })();

        v1.EvaluationReports = (function() {

            /**
             * Properties of an EvaluationReports.
             * @typedef {Object} bridle.v1.EvaluationReports.$Properties
             * @property {number|null} [leaseId] EvaluationReports leaseId
             * @property {number|null} [step] EvaluationReports step
             * @property {Array.<bridle.v1.EvaluationReport.$Properties>|null} [reports] EvaluationReports reports
             * @property {number|null} [computeMs] EvaluationReports computeMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an EvaluationReports.
             * @memberof bridle.v1
             * @interface IEvaluationReports
             * @augments bridle.v1.EvaluationReports.$Properties
             * @deprecated Use bridle.v1.EvaluationReports.$Properties instead.
             */

            /**
             * Shape of an EvaluationReports.
             * @typedef {bridle.v1.EvaluationReports.$Properties} bridle.v1.EvaluationReports.$Shape
             */

            /**
             * Constructs a new EvaluationReports.
             * @memberof bridle.v1
             * @classdesc Represents an EvaluationReports.
             * @constructor
             * @param {bridle.v1.EvaluationReports.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const EvaluationReports = function (properties) {
                this.reports = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * EvaluationReports leaseId.
             * @member {number} leaseId
             * @memberof bridle.v1.EvaluationReports
             * @instance
             */
            EvaluationReports.prototype.leaseId = 0;

            /**
             * EvaluationReports step.
             * @member {number} step
             * @memberof bridle.v1.EvaluationReports
             * @instance
             */
            EvaluationReports.prototype.step = 0;

            /**
             * EvaluationReports reports.
             * @member {Array.<bridle.v1.EvaluationReport.$Properties>} reports
             * @memberof bridle.v1.EvaluationReports
             * @instance
             */
            EvaluationReports.prototype.reports = $util.emptyArray;

            /**
             * EvaluationReports computeMs.
             * @member {number} computeMs
             * @memberof bridle.v1.EvaluationReports
             * @instance
             */
            EvaluationReports.prototype.computeMs = 0;

            /**
             * Creates a new EvaluationReports instance using the specified properties.
             * @function create
             * @memberof bridle.v1.EvaluationReports
             * @static
             * @param {bridle.v1.EvaluationReports.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.EvaluationReports} EvaluationReports instance
             * @type {{
             *   (properties: bridle.v1.EvaluationReports.$Shape): bridle.v1.EvaluationReports & bridle.v1.EvaluationReports.$Shape;
             *   (properties?: bridle.v1.EvaluationReports.$Properties): bridle.v1.EvaluationReports;
             * }}
             */
            EvaluationReports.create = function(properties) {
                return new EvaluationReports(properties);
            };

            /**
             * Encodes the specified EvaluationReports message. Does not implicitly {@link bridle.v1.EvaluationReports.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.EvaluationReports
             * @static
             * @param {bridle.v1.EvaluationReports.$Properties} message EvaluationReports message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            EvaluationReports.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.leaseId != null && $Object.hasOwnProperty.call(message, "leaseId") && message.leaseId !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.leaseId);
                if (message.step != null && $Object.hasOwnProperty.call(message, "step") && message.step !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.step);
                if (message.reports != null && message.reports.length)
                    for (let i = 0; i < message.reports.length; ++i)
                        $root.bridle.v1.EvaluationReport.encode(message.reports[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.computeMs != null && $Object.hasOwnProperty.call(message, "computeMs") && !$Object.is(message.computeMs, 0))
                    writer.uint32(/* id 4, wireType 5 =*/37).float(message.computeMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an EvaluationReports message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.EvaluationReports
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.EvaluationReports & bridle.v1.EvaluationReports.$Shape} EvaluationReports
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            EvaluationReports.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.EvaluationReports();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.leaseId = value;
                            else
                                delete message.leaseId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.step = value;
                            else
                                delete message.step;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.reports && message.reports.length))
                                message.reports = [];
                            message.reports.push($root.bridle.v1.EvaluationReport.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 5)
                                break;
                            if (!$Object.is(value = reader.float(), 0))
                                message.computeMs = value;
                            else
                                delete message.computeMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return EvaluationReports;
        })();

        v1.NeedBlocks = (function() {

            /**
             * Properties of a NeedBlocks.
             * @typedef {Object} bridle.v1.NeedBlocks.$Properties
             * @property {Array.<Uint8Array>|null} [names] NeedBlocks names
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a NeedBlocks.
             * @memberof bridle.v1
             * @interface INeedBlocks
             * @augments bridle.v1.NeedBlocks.$Properties
             * @deprecated Use bridle.v1.NeedBlocks.$Properties instead.
             */

            /**
             * Shape of a NeedBlocks.
             * @typedef {bridle.v1.NeedBlocks.$Properties} bridle.v1.NeedBlocks.$Shape
             */

            /**
             * Constructs a new NeedBlocks.
             * @memberof bridle.v1
             * @classdesc Represents a NeedBlocks.
             * @constructor
             * @param {bridle.v1.NeedBlocks.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const NeedBlocks = function (properties) {
                this.names = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * NeedBlocks names.
             * @member {Array.<Uint8Array>} names
             * @memberof bridle.v1.NeedBlocks
             * @instance
             */
            NeedBlocks.prototype.names = $util.emptyArray;

            /**
             * Creates a new NeedBlocks instance using the specified properties.
             * @function create
             * @memberof bridle.v1.NeedBlocks
             * @static
             * @param {bridle.v1.NeedBlocks.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.NeedBlocks} NeedBlocks instance
             * @type {{
             *   (properties: bridle.v1.NeedBlocks.$Shape): bridle.v1.NeedBlocks & bridle.v1.NeedBlocks.$Shape;
             *   (properties?: bridle.v1.NeedBlocks.$Properties): bridle.v1.NeedBlocks;
             * }}
             */
            NeedBlocks.create = function(properties) {
                return new NeedBlocks(properties);
            };

            /**
             * Encodes the specified NeedBlocks message. Does not implicitly {@link bridle.v1.NeedBlocks.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.NeedBlocks
             * @static
             * @param {bridle.v1.NeedBlocks.$Properties} message NeedBlocks message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            NeedBlocks.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.names != null && message.names.length)
                    for (let i = 0; i < message.names.length; ++i)
                        writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.names[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a NeedBlocks message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.NeedBlocks
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.NeedBlocks & bridle.v1.NeedBlocks.$Shape} NeedBlocks
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            NeedBlocks.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.NeedBlocks();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.names && message.names.length))
                                message.names = [];
                            message.names.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return NeedBlocks;
        })();

        v1.DroppedBlocks = (function() {

            /**
             * Properties of a DroppedBlocks.
             * @typedef {Object} bridle.v1.DroppedBlocks.$Properties
             * @property {Array.<Uint8Array>|null} [names] DroppedBlocks names
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DroppedBlocks.
             * @memberof bridle.v1
             * @interface IDroppedBlocks
             * @augments bridle.v1.DroppedBlocks.$Properties
             * @deprecated Use bridle.v1.DroppedBlocks.$Properties instead.
             */

            /**
             * Shape of a DroppedBlocks.
             * @typedef {bridle.v1.DroppedBlocks.$Properties} bridle.v1.DroppedBlocks.$Shape
             */

            /**
             * Constructs a new DroppedBlocks.
             * @memberof bridle.v1
             * @classdesc Represents a DroppedBlocks.
             * @constructor
             * @param {bridle.v1.DroppedBlocks.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DroppedBlocks = function (properties) {
                this.names = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DroppedBlocks names.
             * @member {Array.<Uint8Array>} names
             * @memberof bridle.v1.DroppedBlocks
             * @instance
             */
            DroppedBlocks.prototype.names = $util.emptyArray;

            /**
             * Creates a new DroppedBlocks instance using the specified properties.
             * @function create
             * @memberof bridle.v1.DroppedBlocks
             * @static
             * @param {bridle.v1.DroppedBlocks.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.DroppedBlocks} DroppedBlocks instance
             * @type {{
             *   (properties: bridle.v1.DroppedBlocks.$Shape): bridle.v1.DroppedBlocks & bridle.v1.DroppedBlocks.$Shape;
             *   (properties?: bridle.v1.DroppedBlocks.$Properties): bridle.v1.DroppedBlocks;
             * }}
             */
            DroppedBlocks.create = function(properties) {
                return new DroppedBlocks(properties);
            };

            /**
             * Encodes the specified DroppedBlocks message. Does not implicitly {@link bridle.v1.DroppedBlocks.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.DroppedBlocks
             * @static
             * @param {bridle.v1.DroppedBlocks.$Properties} message DroppedBlocks message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DroppedBlocks.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.names != null && message.names.length)
                    for (let i = 0; i < message.names.length; ++i)
                        writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.names[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DroppedBlocks message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.DroppedBlocks
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.DroppedBlocks & bridle.v1.DroppedBlocks.$Shape} DroppedBlocks
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DroppedBlocks.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.DroppedBlocks();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.names && message.names.length))
                                message.names = [];
                            message.names.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DroppedBlocks;
        })();

        v1.Goodbye = (function() {

            /**
             * Properties of a Goodbye.
             * @typedef {Object} bridle.v1.Goodbye.$Properties
             * @property {string|null} [reason] Goodbye reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Goodbye.
             * @memberof bridle.v1
             * @interface IGoodbye
             * @augments bridle.v1.Goodbye.$Properties
             * @deprecated Use bridle.v1.Goodbye.$Properties instead.
             */

            /**
             * Shape of a Goodbye.
             * @typedef {bridle.v1.Goodbye.$Properties} bridle.v1.Goodbye.$Shape
             */

            /**
             * Constructs a new Goodbye.
             * @memberof bridle.v1
             * @classdesc Represents a Goodbye.
             * @constructor
             * @param {bridle.v1.Goodbye.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Goodbye = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Goodbye reason.
             * @member {string} reason
             * @memberof bridle.v1.Goodbye
             * @instance
             */
            Goodbye.prototype.reason = "";

            /**
             * Creates a new Goodbye instance using the specified properties.
             * @function create
             * @memberof bridle.v1.Goodbye
             * @static
             * @param {bridle.v1.Goodbye.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.Goodbye} Goodbye instance
             * @type {{
             *   (properties: bridle.v1.Goodbye.$Shape): bridle.v1.Goodbye & bridle.v1.Goodbye.$Shape;
             *   (properties?: bridle.v1.Goodbye.$Properties): bridle.v1.Goodbye;
             * }}
             */
            Goodbye.create = function(properties) {
                return new Goodbye(properties);
            };

            /**
             * Encodes the specified Goodbye message. Does not implicitly {@link bridle.v1.Goodbye.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.Goodbye
             * @static
             * @param {bridle.v1.Goodbye.$Properties} message Goodbye message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Goodbye.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Goodbye message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.Goodbye
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.Goodbye & bridle.v1.Goodbye.$Shape} Goodbye
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Goodbye.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.Goodbye();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Goodbye;
        })();

        v1.Stop = (function() {

            /**
             * Properties of a Stop.
             * @typedef {Object} bridle.v1.Stop.$Properties
             * @property {string|null} [code] Stop code
             * @property {string|null} [message] Stop message
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Stop.
             * @memberof bridle.v1
             * @interface IStop
             * @augments bridle.v1.Stop.$Properties
             * @deprecated Use bridle.v1.Stop.$Properties instead.
             */

            /**
             * Shape of a Stop.
             * @typedef {bridle.v1.Stop.$Properties} bridle.v1.Stop.$Shape
             */

            /**
             * Constructs a new Stop.
             * @memberof bridle.v1
             * @classdesc Represents a Stop.
             * @constructor
             * @param {bridle.v1.Stop.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Stop = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Stop code.
             * @member {string} code
             * @memberof bridle.v1.Stop
             * @instance
             */
            Stop.prototype.code = "";

            /**
             * Stop message.
             * @member {string} message
             * @memberof bridle.v1.Stop
             * @instance
             */
            Stop.prototype.message = "";

            /**
             * Creates a new Stop instance using the specified properties.
             * @function create
             * @memberof bridle.v1.Stop
             * @static
             * @param {bridle.v1.Stop.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.Stop} Stop instance
             * @type {{
             *   (properties: bridle.v1.Stop.$Shape): bridle.v1.Stop & bridle.v1.Stop.$Shape;
             *   (properties?: bridle.v1.Stop.$Properties): bridle.v1.Stop;
             * }}
             */
            Stop.create = function(properties) {
                return new Stop(properties);
            };

            /**
             * Encodes the specified Stop message. Does not implicitly {@link bridle.v1.Stop.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.Stop
             * @static
             * @param {bridle.v1.Stop.$Properties} message Stop message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Stop.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.code);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.message);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Stop message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.Stop
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.Stop & bridle.v1.Stop.$Shape} Stop
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Stop.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.Stop();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Stop;
        })();

        v1.SharedMemory = (function() {

            /**
             * Properties of a SharedMemory.
             * @typedef {Object} bridle.v1.SharedMemory.$Properties
             * @property {number|null} [processId] SharedMemory processId
             * @property {number|null} [weightsFd] SharedMemory weightsFd
             * @property {number|null} [gradientsFd] SharedMemory gradientsFd
             * @property {number|null} [cellBytes] SharedMemory cellBytes
             * @property {number|null} [weightsCells] SharedMemory weightsCells
             * @property {number|null} [gradientsCells] SharedMemory gradientsCells
             * @property {Uint8Array|null} [nonce] SharedMemory nonce
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SharedMemory.
             * @memberof bridle.v1
             * @interface ISharedMemory
             * @augments bridle.v1.SharedMemory.$Properties
             * @deprecated Use bridle.v1.SharedMemory.$Properties instead.
             */

            /**
             * Shape of a SharedMemory.
             * @typedef {bridle.v1.SharedMemory.$Properties} bridle.v1.SharedMemory.$Shape
             */

            /**
             * Constructs a new SharedMemory.
             * @memberof bridle.v1
             * @classdesc Represents a SharedMemory.
             * @constructor
             * @param {bridle.v1.SharedMemory.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SharedMemory = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SharedMemory processId.
             * @member {number} processId
             * @memberof bridle.v1.SharedMemory
             * @instance
             */
            SharedMemory.prototype.processId = 0;

            /**
             * SharedMemory weightsFd.
             * @member {number} weightsFd
             * @memberof bridle.v1.SharedMemory
             * @instance
             */
            SharedMemory.prototype.weightsFd = 0;

            /**
             * SharedMemory gradientsFd.
             * @member {number} gradientsFd
             * @memberof bridle.v1.SharedMemory
             * @instance
             */
            SharedMemory.prototype.gradientsFd = 0;

            /**
             * SharedMemory cellBytes.
             * @member {number} cellBytes
             * @memberof bridle.v1.SharedMemory
             * @instance
             */
            SharedMemory.prototype.cellBytes = 0;

            /**
             * SharedMemory weightsCells.
             * @member {number} weightsCells
             * @memberof bridle.v1.SharedMemory
             * @instance
             */
            SharedMemory.prototype.weightsCells = 0;

            /**
             * SharedMemory gradientsCells.
             * @member {number} gradientsCells
             * @memberof bridle.v1.SharedMemory
             * @instance
             */
            SharedMemory.prototype.gradientsCells = 0;

            /**
             * SharedMemory nonce.
             * @member {Uint8Array} nonce
             * @memberof bridle.v1.SharedMemory
             * @instance
             */
            SharedMemory.prototype.nonce = $util.newBuffer([]);

            /**
             * Creates a new SharedMemory instance using the specified properties.
             * @function create
             * @memberof bridle.v1.SharedMemory
             * @static
             * @param {bridle.v1.SharedMemory.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.SharedMemory} SharedMemory instance
             * @type {{
             *   (properties: bridle.v1.SharedMemory.$Shape): bridle.v1.SharedMemory & bridle.v1.SharedMemory.$Shape;
             *   (properties?: bridle.v1.SharedMemory.$Properties): bridle.v1.SharedMemory;
             * }}
             */
            SharedMemory.create = function(properties) {
                return new SharedMemory(properties);
            };

            /**
             * Encodes the specified SharedMemory message. Does not implicitly {@link bridle.v1.SharedMemory.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.SharedMemory
             * @static
             * @param {bridle.v1.SharedMemory.$Properties} message SharedMemory message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SharedMemory.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.processId != null && $Object.hasOwnProperty.call(message, "processId") && message.processId !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.processId);
                if (message.weightsFd != null && $Object.hasOwnProperty.call(message, "weightsFd") && message.weightsFd !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.weightsFd);
                if (message.gradientsFd != null && $Object.hasOwnProperty.call(message, "gradientsFd") && message.gradientsFd !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.gradientsFd);
                if (message.cellBytes != null && $Object.hasOwnProperty.call(message, "cellBytes") && message.cellBytes !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.cellBytes);
                if (message.weightsCells != null && $Object.hasOwnProperty.call(message, "weightsCells") && message.weightsCells !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.weightsCells);
                if (message.gradientsCells != null && $Object.hasOwnProperty.call(message, "gradientsCells") && message.gradientsCells !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.gradientsCells);
                if (message.nonce != null && $Object.hasOwnProperty.call(message, "nonce") && message.nonce.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.nonce);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SharedMemory message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.SharedMemory
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.SharedMemory & bridle.v1.SharedMemory.$Shape} SharedMemory
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SharedMemory.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.SharedMemory();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.processId = value;
                            else
                                delete message.processId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.weightsFd = value;
                            else
                                delete message.weightsFd;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.gradientsFd = value;
                            else
                                delete message.gradientsFd;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.cellBytes = value;
                            else
                                delete message.cellBytes;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.weightsCells = value;
                            else
                                delete message.weightsCells;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.gradientsCells = value;
                            else
                                delete message.gradientsCells;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.nonce = value;
                            else
                                delete message.nonce;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SharedMemory;
        })();

        v1.SharedMemoryTaken = (function() {

            /**
             * Properties of a SharedMemoryTaken.
             * @typedef {Object} bridle.v1.SharedMemoryTaken.$Properties
             * @property {Uint8Array|null} [nonce] SharedMemoryTaken nonce
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SharedMemoryTaken.
             * @memberof bridle.v1
             * @interface ISharedMemoryTaken
             * @augments bridle.v1.SharedMemoryTaken.$Properties
             * @deprecated Use bridle.v1.SharedMemoryTaken.$Properties instead.
             */

            /**
             * Shape of a SharedMemoryTaken.
             * @typedef {bridle.v1.SharedMemoryTaken.$Properties} bridle.v1.SharedMemoryTaken.$Shape
             */

            /**
             * Constructs a new SharedMemoryTaken.
             * @memberof bridle.v1
             * @classdesc Represents a SharedMemoryTaken.
             * @constructor
             * @param {bridle.v1.SharedMemoryTaken.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SharedMemoryTaken = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SharedMemoryTaken nonce.
             * @member {Uint8Array} nonce
             * @memberof bridle.v1.SharedMemoryTaken
             * @instance
             */
            SharedMemoryTaken.prototype.nonce = $util.newBuffer([]);

            /**
             * Creates a new SharedMemoryTaken instance using the specified properties.
             * @function create
             * @memberof bridle.v1.SharedMemoryTaken
             * @static
             * @param {bridle.v1.SharedMemoryTaken.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.SharedMemoryTaken} SharedMemoryTaken instance
             * @type {{
             *   (properties: bridle.v1.SharedMemoryTaken.$Shape): bridle.v1.SharedMemoryTaken & bridle.v1.SharedMemoryTaken.$Shape;
             *   (properties?: bridle.v1.SharedMemoryTaken.$Properties): bridle.v1.SharedMemoryTaken;
             * }}
             */
            SharedMemoryTaken.create = function(properties) {
                return new SharedMemoryTaken(properties);
            };

            /**
             * Encodes the specified SharedMemoryTaken message. Does not implicitly {@link bridle.v1.SharedMemoryTaken.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.SharedMemoryTaken
             * @static
             * @param {bridle.v1.SharedMemoryTaken.$Properties} message SharedMemoryTaken message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SharedMemoryTaken.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.nonce != null && $Object.hasOwnProperty.call(message, "nonce") && message.nonce.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.nonce);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SharedMemoryTaken message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.SharedMemoryTaken
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.SharedMemoryTaken & bridle.v1.SharedMemoryTaken.$Shape} SharedMemoryTaken
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SharedMemoryTaken.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.SharedMemoryTaken();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.nonce = value;
                            else
                                delete message.nonce;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SharedMemoryTaken;
        })();

        v1.Probe = (function() {

            /**
             * Properties of a Probe.
             * @typedef {Object} bridle.v1.Probe.$Properties
             * @property {number|null} [answerBytes] Probe answerBytes
             * @property {Uint8Array|null} [padding] Probe padding
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Probe.
             * @memberof bridle.v1
             * @interface IProbe
             * @augments bridle.v1.Probe.$Properties
             * @deprecated Use bridle.v1.Probe.$Properties instead.
             */

            /**
             * Shape of a Probe.
             * @typedef {bridle.v1.Probe.$Properties} bridle.v1.Probe.$Shape
             */

            /**
             * Constructs a new Probe.
             * @memberof bridle.v1
             * @classdesc Represents a Probe.
             * @constructor
             * @param {bridle.v1.Probe.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Probe = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Probe answerBytes.
             * @member {number} answerBytes
             * @memberof bridle.v1.Probe
             * @instance
             */
            Probe.prototype.answerBytes = 0;

            /**
             * Probe padding.
             * @member {Uint8Array} padding
             * @memberof bridle.v1.Probe
             * @instance
             */
            Probe.prototype.padding = $util.newBuffer([]);

            /**
             * Creates a new Probe instance using the specified properties.
             * @function create
             * @memberof bridle.v1.Probe
             * @static
             * @param {bridle.v1.Probe.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.Probe} Probe instance
             * @type {{
             *   (properties: bridle.v1.Probe.$Shape): bridle.v1.Probe & bridle.v1.Probe.$Shape;
             *   (properties?: bridle.v1.Probe.$Properties): bridle.v1.Probe;
             * }}
             */
            Probe.create = function(properties) {
                return new Probe(properties);
            };

            /**
             * Encodes the specified Probe message. Does not implicitly {@link bridle.v1.Probe.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.Probe
             * @static
             * @param {bridle.v1.Probe.$Properties} message Probe message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Probe.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.answerBytes != null && $Object.hasOwnProperty.call(message, "answerBytes") && message.answerBytes !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.answerBytes);
                if (message.padding != null && $Object.hasOwnProperty.call(message, "padding") && message.padding.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.padding);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Probe message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.Probe
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.Probe & bridle.v1.Probe.$Shape} Probe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Probe.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.Probe();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.answerBytes = value;
                            else
                                delete message.answerBytes;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.padding = value;
                            else
                                delete message.padding;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Probe;
        })();

        v1.ProbeAnswer = (function() {

            /**
             * Properties of a ProbeAnswer.
             * @typedef {Object} bridle.v1.ProbeAnswer.$Properties
             * @property {Uint8Array|null} [padding] ProbeAnswer padding
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ProbeAnswer.
             * @memberof bridle.v1
             * @interface IProbeAnswer
             * @augments bridle.v1.ProbeAnswer.$Properties
             * @deprecated Use bridle.v1.ProbeAnswer.$Properties instead.
             */

            /**
             * Shape of a ProbeAnswer.
             * @typedef {bridle.v1.ProbeAnswer.$Properties} bridle.v1.ProbeAnswer.$Shape
             */

            /**
             * Constructs a new ProbeAnswer.
             * @memberof bridle.v1
             * @classdesc Represents a ProbeAnswer.
             * @constructor
             * @param {bridle.v1.ProbeAnswer.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ProbeAnswer = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ProbeAnswer padding.
             * @member {Uint8Array} padding
             * @memberof bridle.v1.ProbeAnswer
             * @instance
             */
            ProbeAnswer.prototype.padding = $util.newBuffer([]);

            /**
             * Creates a new ProbeAnswer instance using the specified properties.
             * @function create
             * @memberof bridle.v1.ProbeAnswer
             * @static
             * @param {bridle.v1.ProbeAnswer.$Properties=} [properties] Properties to set
             * @returns {bridle.v1.ProbeAnswer} ProbeAnswer instance
             * @type {{
             *   (properties: bridle.v1.ProbeAnswer.$Shape): bridle.v1.ProbeAnswer & bridle.v1.ProbeAnswer.$Shape;
             *   (properties?: bridle.v1.ProbeAnswer.$Properties): bridle.v1.ProbeAnswer;
             * }}
             */
            ProbeAnswer.create = function(properties) {
                return new ProbeAnswer(properties);
            };

            /**
             * Encodes the specified ProbeAnswer message. Does not implicitly {@link bridle.v1.ProbeAnswer.verify|verify} messages.
             * @function encode
             * @memberof bridle.v1.ProbeAnswer
             * @static
             * @param {bridle.v1.ProbeAnswer.$Properties} message ProbeAnswer message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ProbeAnswer.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.padding != null && $Object.hasOwnProperty.call(message, "padding") && message.padding.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.padding);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ProbeAnswer message from the specified reader or buffer.
             * @function decode
             * @memberof bridle.v1.ProbeAnswer
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {bridle.v1.ProbeAnswer & bridle.v1.ProbeAnswer.$Shape} ProbeAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ProbeAnswer.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.bridle.v1.ProbeAnswer();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.padding = value;
                            else
                                delete message.padding;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ProbeAnswer;
        })();

        return v1;
    })();

    return bridle;
})();

export {
  $root as default
};
