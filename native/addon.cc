// The Node-API face of the kernels. It trusts nothing: every size is checked here again, and what is wrong becomes a JavaScript
// error with the code NATIVE_ARGUMENT or NATIVE_BATCH.
#define NAPI_VERSION 8
#include "checksum.h"
#include "failure.h"
#include "network.h"
#include "pages.h"
#include <cerrno>
#include <cstring>
#include <cstdio>
#include <new>
#include <node_api.h>
#include <string>

namespace bridle {

struct InvalidBatch {
  const char* what;
  int64_t value;
  int limit;
};

void refuseBatch(const char* what, int64_t value, int limit) { throw InvalidBatch{what, value, limit}; }
void refuseMemory() { throw std::bad_alloc(); }

namespace {

/** Thrown once a JavaScript error is pending. */
struct Pending {};

[[noreturn]] void fail(napi_env env, const char* code, const std::string& message) {
  bool isPending = false;
  napi_is_exception_pending(env, &isPending);
  if (!isPending) napi_throw_error(env, code, message.c_str());
  throw Pending{};
}

void check(napi_env env, napi_status status, const char* what) {
  if (status != napi_ok) fail(env, "NATIVE_ARGUMENT", std::string("The native addon wanted ") + what + ".");
}

napi_value property(napi_env env, napi_value object, const char* name) {
  napi_value value;
  napi_valuetype type = napi_undefined;
  napi_typeof(env, object, &type);
  if (type != napi_object) fail(env, "NATIVE_ARGUMENT", std::string("The native addon wanted an object with ") + name + ".");
  check(env, napi_get_named_property(env, object, name, &value), "an object");
  return value;
}

int integer(napi_env env, napi_value value, const char* name, int least, int most) {
  double number = 0;
  check(env, napi_get_value_double(env, value, &number), name);
  if (!(number >= least && number <= most) || number != double(int(number))) {
    fail(env, "NATIVE_ARGUMENT", std::string(name) + " must be a whole number from " + std::to_string(least) + " to " +
                                     std::to_string(most) + ", got " + std::to_string(number) + ".");
  }
  return int(number);
}

int integer(napi_env env, napi_value object, const char* name, int most) {
  return integer(env, property(env, object, name), name, 0, most);
}

bool boolean(napi_env env, napi_value object, const char* name) {
  bool value = false;
  check(env, napi_get_value_bool(env, property(env, object, name), &value), name);
  return value;
}

/** The values of a typed array that must hold exactly `count` of `type`. */
void* values(napi_env env, napi_value value, napi_typedarray_type type, size_t count, const char* name) {
  bool isTyped = false;
  check(env, napi_is_typedarray(env, value, &isTyped), name);
  napi_typedarray_type found{};
  size_t length = 0;
  void* data = nullptr;
  if (isTyped) check(env, napi_get_typedarray_info(env, value, &found, &length, &data, nullptr, nullptr), name);
  if (!isTyped || found != type || length != count) {
    fail(env, "NATIVE_BATCH", std::string(name) + " must be a typed array of " + std::to_string(count) +
                                  " values of its type, got " + (isTyped ? std::to_string(length) : "something else") + ".");
  }
  return data;
}

const Kernels* const known[] = {
#if defined(__x86_64__)
    &avx512,
    &avx2,
#endif
    &portable,
};

bool isSupported(const Kernels* kernels) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (kernels == &avx512) return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma");
  if (kernels == &avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return kernels == &portable;
}

const Kernels& kernelsOf(napi_env env, napi_value value) {
  char name[64];
  size_t length = 0;
  check(env, napi_get_value_string_utf8(env, value, name, sizeof name, &length), "the name of kernels");
  for (const Kernels* kernels : known) {
    if (std::string(kernels->name) == name && isSupported(kernels)) return *kernels;
  }
  fail(env, "NATIVE_ARGUMENT", std::string("This processor cannot run the kernels ") + name + ".");
}

const napi_type_tag networkTag = {0x6272696420c0ffeeULL, 0x6e6574776f726b31ULL};

Network& networkOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  bool isNetwork = false;
  if (type != napi_object || napi_check_object_type_tag(env, value, &networkTag, &isNetwork) != napi_ok || !isNetwork) {
    fail(env, "NATIVE_ARGUMENT", "The first argument must be what createNetwork returned.");
  }
  void* network = nullptr;
  check(env, napi_unwrap(env, value, &network), "a network");
  return *static_cast<Network*>(network);
}

Shape readShape(napi_env env, napi_value value) {
  constexpr int most = 1 << 20;
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  if (type != napi_object) fail(env, "NATIVE_ARGUMENT", "The second argument must be the network's shape.");
  Shape shape{};
  shape.cell = Cell(integer(env, value, "cell", 3));
  shape.layers = integer(env, property(env, value, "layers"), "layers", 1, 1024);
  shape.hasIds = boolean(env, value, "hasIds");
  shape.inputs = integer(env, property(env, value, "inputSize"), "inputSize", 1, most);
  shape.embedding = integer(env, value, "embeddingSize", shape.hasIds ? most : 0);
  shape.hidden = integer(env, property(env, value, "hiddenSize"), "hiddenSize", 1, most / 4);
  shape.directions = integer(env, property(env, value, "directions"), "directions", 1, 2);
  shape.outputs = integer(env, property(env, value, "outputSize"), "outputSize", 1, most);
  shape.loss = Loss(integer(env, value, "loss", 2));
  shape.isPerStep = boolean(env, value, "isPerStep");
  check(env, napi_get_value_double(env, property(env, value, "dropout"), &shape.dropout), "dropout");
  if (!(shape.dropout >= 0 && shape.dropout < 1)) fail(env, "NATIVE_ARGUMENT", "dropout must be from 0 to below 1.");
  return shape;
}

/** What a network reads of a shard, without targets. */
Shard readInputs(napi_env env, napi_value value, const Shape& shape) {
  Shard shard{};
  shard.rows = integer(env, value, "rows", 1 << 24);
  shard.steps = integer(env, value, "steps", 1 << 24);
  const size_t places = size_t(shard.rows) * shard.steps;
  if (places > size_t(1) << 30) fail(env, "NATIVE_BATCH", "rows * steps must be at most 2^30.");
  shard.lengths = static_cast<const int32_t*>(
      values(env, property(env, value, "lengths"), napi_int32_array, size_t(shard.rows), "lengths"));
  for (int row = 0; row < shard.rows; row++) {
    if (shard.lengths[row] < 0 || shard.lengths[row] > shard.steps) {
      fail(env, "NATIVE_BATCH", "Row " + std::to_string(row) + " has length " + std::to_string(shard.lengths[row]) +
                                    ", wanted 0 to " + std::to_string(shard.steps) + ".");
    }
  }
  napi_value inputs = property(env, value, "inputs");
  if (shape.hasIds) shard.ids = static_cast<const int32_t*>(values(env, inputs, napi_int32_array, places, "inputs"));
  else shard.inputs = static_cast<const float*>(values(env, inputs, napi_float32_array, places * shape.inputs, "inputs"));
  napi_value carried = property(env, value, "carried");
  napi_valuetype type = napi_undefined;
  napi_typeof(env, carried, &type);
  if (type != napi_undefined) {
    if (shape.directions == 2) fail(env, "NATIVE_BATCH", "A network that runs both ways has no state to start from.");
    const size_t count = size_t(shape.layers) * shape.states() * shard.rows * shape.hidden;
    shard.carried = static_cast<float*>(values(env, carried, napi_float32_array, count, "carried"));
  }
  return shard;
}

size_t numTargets(const Shard& shard, const Shape& shape) {
  return shape.isPerStep ? size_t(shard.rows) * shard.steps : size_t(shard.rows);
}

Shard readShard(napi_env env, napi_value value, const Shape& shape, bool isTraining) {
  Shard shard = readInputs(env, value, shape);
  napi_value targets = property(env, value, "targets");
  const size_t count = numTargets(shard, shape);
  if (shape.loss == Loss::softmax) {
    shard.classes = static_cast<const int32_t*>(values(env, targets, napi_int32_array, count, "targets"));
  } else {
    shard.values = static_cast<const float*>(values(env, targets, napi_float32_array, count * shape.outputs, "targets"));
  }
  if (isTraining && shape.dropout > 0) {
    const size_t numKeys = size_t(shape.layers - 1) * shard.rows * 2;
    shard.dropoutKeys = static_cast<const uint32_t*>(
        values(env, property(env, value, "dropoutKeys"), napi_uint32_array, numKeys, "dropoutKeys"));
  }
  return shard;
}

std::vector<napi_value> elements(napi_env env, napi_value array, const char* what) {
  bool isArray = false;
  check(env, napi_is_array(env, array, &isArray), what);
  if (!isArray) fail(env, "NATIVE_ARGUMENT", std::string("The native addon wanted ") + what + ".");
  uint32_t length = 0;
  check(env, napi_get_array_length(env, array, &length), what);
  std::vector<napi_value> found(length);
  for (uint32_t i = 0; i < length; i++) check(env, napi_get_element(env, array, i, &found[i]), what);
  return found;
}

/** kernels(): the names of the kernels that this processor can run, the fastest first. */
napi_value listKernels(napi_env env, const napi_value*) {
  napi_value names;
  check(env, napi_create_array(env, &names), "memory");
  uint32_t count = 0;
  for (const Kernels* kernels : known) {
    if (!isSupported(kernels)) continue;
    napi_value name;
    check(env, napi_create_string_utf8(env, kernels->name, NAPI_AUTO_LENGTH, &name), "memory");
    check(env, napi_set_element(env, names, count++, name), "memory");
  }
  return names;
}

/** createNetwork(kernels, shape, threads) */
napi_value createNetwork(napi_env env, const napi_value* arguments) {
  const Kernels& kernels = kernelsOf(env, arguments[0]);
  const Shape shape = readShape(env, arguments[1]);
  const int threads = integer(env, arguments[2], "threads", 1, 256);
  napi_value object;
  check(env, napi_create_object(env, &object), "memory");
  check(env, napi_type_tag_object(env, object, &networkTag), "a new object");
  Network* network = new Network(shape, kernels, threads);
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<Network*>(data); };
  const napi_status status = napi_wrap(env, object, network, finalize, nullptr, nullptr);
  if (status != napi_ok) delete network;
  check(env, status, "a new object");
  return object;
}

/** disposeNetwork(network): frees it now; without it the garbage collector does. */
napi_value disposeNetwork(napi_env env, const napi_value* arguments) {
  networkOf(env, arguments[0]);
  void* network = nullptr;
  check(env, napi_remove_wrap(env, arguments[0], &network), "a network");
  delete static_cast<Network*>(network);
  return nullptr;
}

/** setParams(network, params) */
napi_value setParams(napi_env env, const napi_value* arguments) {
  Network& network = networkOf(env, arguments[0]);
  network.setParams(static_cast<const float*>(
      values(env, arguments[1], napi_float32_array, network.shape().numParams(), "params")));
  return nullptr;
}

/** run(network, shards, grads, results): `grads` is empty to evaluate; `results` gets loss, count, correct of each shard. */
napi_value runNetwork(napi_env env, const napi_value* arguments) {
  Network& network = networkOf(env, arguments[0]);
  if (!network.isReady()) fail(env, "NATIVE_ARGUMENT", "The network has no parameters yet.");
  std::vector<float*> grads;
  for (napi_value value : elements(env, arguments[2], "an array of gradients")) {
    grads.push_back(
        static_cast<float*>(values(env, value, napi_float32_array, network.shape().numParams(), "gradient")));
  }
  std::vector<Shard> shards;
  for (napi_value value : elements(env, arguments[1], "an array of shards")) {
    shards.push_back(readShard(env, value, network.shape(), !grads.empty()));
  }
  for (const Shard& shard : shards) {
    if ((shard.carried == nullptr) == (shards.front().carried == nullptr)) continue;
    fail(env, "NATIVE_BATCH", "Either all shards have a carried state or none has.");
  }
  if (!grads.empty() && grads.size() != shards.size()) {
    fail(env, "NATIVE_BATCH", std::to_string(shards.size()) + " shards came with " + std::to_string(grads.size()) + " gradients.");
  }
  double* numbers =
      static_cast<double*>(values(env, arguments[3], napi_float64_array, 3 * shards.size(), "results"));
  size_t positions = 0;
  for (const Shard& shard : shards) positions += size_t(shard.rows) * shard.steps;
  if (positions > size_t(1) << 30) fail(env, "NATIVE_BATCH", "rows * steps of all shards must be at most 2^30.");
  std::vector<Result> results(shards.size());
  network.run(shards, grads, results.data());
  for (size_t i = 0; i < results.size(); i++) {
    numbers[3 * i] = results[i].loss;
    numbers[3 * i + 1] = results[i].count;
    numbers[3 * i + 2] = results[i].correct;
  }
  return nullptr;
}

/** predict(network, shard, outputs): the shard needs no targets; `outputs` gets a row for each target that it could have. */
napi_value predict(napi_env env, const napi_value* arguments) {
  Network& network = networkOf(env, arguments[0]);
  if (!network.isReady()) fail(env, "NATIVE_ARGUMENT", "The network has no parameters yet.");
  const Shape& shape = network.shape();
  const Shard shard = readInputs(env, arguments[1], shape);
  const size_t count = numTargets(shard, shape) * shape.outputs;
  network.predict({shard}, static_cast<float*>(values(env, arguments[2], napi_float32_array, count, "outputs")));
  return nullptr;
}

/** elementary(kernels, function, input, result): for tests. */
napi_value elementary(napi_env env, const napi_value* arguments) {
  const Kernels& kernels = kernelsOf(env, arguments[0]);
  const int function = integer(env, arguments[1], "function", 0, 2);
  size_t count = 0;
  check(env, napi_get_typedarray_info(env, arguments[2], nullptr, &count, nullptr, nullptr, nullptr), "input");
  const void* input = values(env, arguments[2], napi_float32_array, count, "input");
  void* result = values(env, arguments[3], napi_float32_array, count, "result");
  kernels.elementary(function, static_cast<const float*>(input), static_cast<float*>(result), count);
  return nullptr;
}

/** layFileOver(bytes, fd, position, isWritable): lays a part of a file over the memory of `bytes`, a Uint8Array of whole pages. */
napi_value layOver(napi_env env, const napi_value* arguments) {
  size_t count = 0;
  napi_typedarray_type type{};
  void* address = nullptr;
  check(env, napi_get_typedarray_info(env, arguments[0], &type, &count, &address, nullptr, nullptr), "a Uint8Array");
  const int fd = integer(env, arguments[1], "fd", 0, 1 << 30);
  double position = 0;
  bool isWritable = false;
  check(env, napi_get_value_double(env, arguments[2], &position), "a position");
  check(env, napi_get_value_bool(env, arguments[3], &isWritable), "true or false");
  const size_t page = pageBytes();
  const bool isWhole = position >= 0 && position == double(int64_t(position)) && int64_t(position) % int64_t(page) == 0 &&
                       count > 0 && count % page == 0 && uintptr_t(address) % page == 0;
  if (type != napi_uint8_array || !isWhole) fail(env, "NATIVE_ARGUMENT", "The native addon wanted whole pages.");
  const int refused = bridle::layFileOver(address, count, fd, int64_t(position), isWritable);
  if (refused != 0) fail(env, refused == ENOSPC ? "SHM_FULL" : "SHM_UNAVAILABLE", std::strerror(refused));
  return nullptr;
}

/** A Uint8Array's memory, and its length. */
uint8_t* bytesOf(napi_env env, napi_value value, size_t& count) {
  napi_typedarray_type type{};
  void* bytes = nullptr;
  check(env, napi_get_typedarray_info(env, value, &type, &count, &bytes, nullptr, nullptr), "a Uint8Array");
  if (type != napi_uint8_array) fail(env, "NATIVE_ARGUMENT", "The native addon wanted a Uint8Array.");
  return static_cast<uint8_t*>(bytes);
}

/** copyBytes(from, to, at): copies a Uint8Array into another one, from its byte `at` on. */
napi_value copyBytes(napi_env env, const napi_value* arguments) {
  size_t count = 0, room = 0;
  const uint8_t* from = bytesOf(env, arguments[0], count);
  uint8_t* to = bytesOf(env, arguments[1], room);
  double at = 0;
  check(env, napi_get_value_double(env, arguments[2], &at), "a position");
  if (!(at >= 0 && at <= double(room)) || at != double(size_t(at)) || count > room - size_t(at)) {
    fail(env, "NATIVE_ARGUMENT", "The native addon wanted a position from which the bytes have room.");
  }
  if (count > 0) std::memmove(to + size_t(at), from, count);
  return nullptr;
}

/** crc32(bytes, before): the CRC-32 of a Uint8Array behind what has the CRC-32 `before`, 0 where it is left out. */
napi_value takeChecksum(napi_env env, const napi_value* arguments) {
  size_t count = 0;
  const uint8_t* bytes = bytesOf(env, arguments[0], count);
  napi_valuetype given = napi_undefined;
  napi_typeof(env, arguments[1], &given);
  uint32_t before = 0;
  if (given != napi_undefined) check(env, napi_get_value_uint32(env, arguments[1], &before), "a checksum");
  napi_value result;
  check(env, napi_create_uint32(env, bridle::checksum(before, bytes, count), &result), "room");
  return result;
}

/** Calls `body` with its arguments; C++ exceptions become JavaScript's. */
template <napi_value (*body)(napi_env, const napi_value*)>
napi_value call(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  size_t count = 4; // missing ones are undefined
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) != napi_ok) return nullptr;
  try {
    return body(env, arguments);
  } catch (const Pending&) {
  } catch (const InvalidBatch& invalid) {
    const std::string message = std::string("The batch has ") + invalid.what + " " + std::to_string(invalid.value) +
                                ", wanted 0 to " + std::to_string(invalid.limit - 1) + ".";
    napi_throw_error(env, "NATIVE_BATCH", message.c_str());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "NATIVE_MEMORY", "There is no memory left for the network's values; use fewer or shorter rows.");
  } catch (const std::exception& error) {
    napi_throw_error(env, "NATIVE_ARGUMENT", error.what());
  }
  return nullptr;
}

} // namespace

napi_value initialize(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"kernels", nullptr, call<listKernels>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"createNetwork", nullptr, call<createNetwork>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"disposeNetwork", nullptr, call<disposeNetwork>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"setParams", nullptr, call<setParams>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"run", nullptr, call<runNetwork>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"predict", nullptr, call<predict>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"elementary", nullptr, call<elementary>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"layFileOver", nullptr, call<layOver>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"copyBytes", nullptr, call<copyBytes>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"crc32", nullptr, call<takeChecksum>, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  const size_t count = sizeof functions / sizeof functions[0] - (canChecksum() ? 0 : 1);
  napi_define_properties(env, exports, count, functions);
  return exports;
}

} // namespace bridle

NAPI_MODULE_INIT() { return bridle::initialize(env, exports); }
