// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/seeds.h"

#include <cstdint>
#include <limits>
#include <utility>

#include "core/model/checkpoint/writers.h"
#include "core/model/pt2/small_program.h"
#include "support/safetensors_file.h"

namespace lamscope::test {

namespace {

using pickled::Entries;

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

const Storages twoStorages{{"0", bytesOfAll<float>({1, 2, 3, 4})}, {"1", bytesOfAll<float>({5, 6})}};

std::string weight() {
    return pickled::tensor("0", {2, 1, 1, 2});
}

std::string bias() {
    return pickled::tensor("1", {2});
}

/// The state dictionary of a convolution whose names begin with `prefix`.
std::string state(const std::string& prefix = "") {
    return pickled::orderedDict({{prefix + "weight", weight()}, {prefix + "bias", bias()}});
}

std::string trainingState() {
    const std::string optimizer = pickled::dict(
        {{"state", pickled::dict({{"exp_avg", bias()}})}, {"param_groups", pickled::list({pickled::integer(1)})}});
    return pickled::dict({{"epoch", pickled::integer(3)}, {"optimizer", optimizer}, {"state_dict", state("module.")}});
}

std::string averagedState() {
    return pickled::dict({{"params", state()}, {"params_ema", state()}});
}

std::string wholeModule() {
    const std::string conv = pickled::module({{"weight", pickled::parameter(weight())}, {"bias", pickled::none()}},
                                             {{"running_mean", bias()}}, {});
    return pickled::dict({{"model", pickled::module({}, {}, {{"conv", conv}, {"again", conv}})}});
}

std::string nested(const std::string& key) {
    return pickled::dict({{key, state()}});
}

std::string typed(const std::string& storageType, std::size_t itemSize) {
    return pickled::dict(
        {{"w",
          pickled::tensor(pickled::storage("0", static_cast<std::int64_t>(16 / itemSize), storageType), 0, {2}, {1})}});
}

std::string hostileCall(const std::string& module, const std::string& name) {
    return pickled::call(pickled::global(module, name), {pickled::text("touch owned")});
}

std::string strided(std::int64_t offset, const std::vector<std::int64_t>& shape,
                    const std::vector<std::int64_t>& strides) {
    return pickled::dict({{"w", pickled::tensor(pickled::storage("0", 4), offset, shape, strides)}});
}

/// Four layers under each of the prefixes, as in the file of a training class.
std::string severalNetworks(const std::vector<std::string>& prefixes) {
    Entries entries;
    for (const std::string& prefix : prefixes) {
        for (const char* layer : {"head", "body._orig_mod.0", "body.module.1", "tail"}) {
            entries.emplace_back(prefix + layer + ".weight", weight());
        }
    }
    entries.emplace_back("step_counter", bias());
    entries.emplace_back("head.total_ops", bias());
    return pickled::dict(entries);
}

/// One weight [2, 1, 1, 2] in the parts of those names, the others of two values.
std::string inParts(const std::string& main, const std::vector<std::string>& others) {
    Entries entries{{main, weight()}};
    for (const std::string& other : others) {
        entries.emplace_back(other, other.ends_with("mask") ? weight()
                                    : other.ends_with("_g") || other.ends_with("original0")
                                        ? pickled::tensor("1", {2, 1, 1, 1})
                                        : bias());
    }
    return pickled::orderedDict(entries);
}

/// A tensor that is rebuilt by another function than a plain one.
std::string rebuilt(const std::string& function) {
    return pickled::dict(
        {{"w", pickled::call(pickled::global("torch._utils", function),
                             {pickled::storage("1", 2), pickled::integer(0), pickled::tuple({pickled::integer(2)}),
                              pickled::tuple({pickled::integer(1)}), pickled::none(), pickled::none(),
                              pickled::global("torch", "float8_e4m3fn")})},
         {"b", bias()}});
}

/// A state dictionary as protocol 4 writes it: framed, with short strings, named globals and an implicit memo.
std::string protocol4() {
    const auto text = [](const std::string& value) {
        return "\x8C" + bytesOf(static_cast<std::uint8_t>(value.size())) + value + "\x94";
    };
    const std::string storage = "(" + text("storage") + text("torch") + text("FloatStorage") + "\x93\x94" + text("0")
                                + text("cpu") + pickled::integer(4) + "t\x94Q";
    const std::string layout = pickled::integer(0) + pickled::integer(2) + pickled::integer(2) + "\x86"
                               + pickled::integer(2) + pickled::integer(1) + "\x86\x89";
    const std::string body = text("collections") + text("OrderedDict") + "\x93\x94)R\x94(" + text("weight")
                             + text("torch._utils") + text("_rebuild_tensor_v2") + "\x93\x94(" + storage + layout
                             + "h\x02)Rt\x94R\x94u.";
    return "\x80\x04\x95" + bytesOf(static_cast<std::uint64_t>(body.size())) + body;
}

void addPickles(std::vector<Seed>& seeds) {
    const auto legacy = [&](const std::string& name, const std::string& object, bool readable = true) {
        seeds.push_back({Reader::Pickle, "legacy-" + name, legacyFile(object, twoStorages), readable});
    };
    const auto plain = [&](const std::string& name, const std::string& object, bool readable = true) {
        seeds.push_back({Reader::Pickle, name, pickled::whole(object), readable});
    };
    legacy("state-dict", state());
    legacy("python-2", pickled::orderedDictPython2({{"weight", weight()}, {"bias", bias()}}));
    legacy("training", trainingState());
    legacy("module", wholeModule());
    legacy("hostile", hostileCall("os", "system"), false);
    const std::string view = pickled::tuple({pickled::text("2"), pickled::integer(1), pickled::integer(2)});
    const std::string storage = pickled::tuple({pickled::text("storage"), pickled::global("torch", "HalfStorage"),
                                                pickled::text("0"), pickled::text("cuda:0"), pickled::integer(4), view})
                                + "Q";
    seeds.push_back({Reader::Pickle, "legacy-view",
                     legacyFile(pickled::dict({{"w", pickled::tensor(storage, 0, {2}, {1})}}),
                                {{"0", bytesOfAll<std::uint16_t>({0x3C00, 0x3800, 0x0001, 0x7C00})}}, {.itemSize = 2}),
                     true});

    seeds.push_back({Reader::Pickle, "protocol-4", protocol4(), true});
    plain("averaged", averagedState());
    plain(
        "averaged-shadow",
        pickled::dict({{"model", state()}, {"ema", pickled::dict({{"decay", pickled::none()}, {"shadow", state()}})}}));
    plain("several", severalNetworks({"generator.", "generator_ema.", "discriminator."}));
    plain("several-deep", pickled::dict({{"state_dict", severalNetworks({"model.net_g.", "model.loss.vgg."})}}));
    plain("several-one", severalNetworks({"", "perceptual."}));
    plain("parts-norm", inParts("a.weight_v", {"a.weight_g"}));
    plain("parts-norm-parametrized",
          inParts("a.parametrizations.weight.original1", {"a.parametrizations.weight.original0"}));
    plain("parts-spectral", inParts("a.weight_orig", {"a.weight_u", "a.weight_v"}));
    plain("parts-spectral-parametrized", inParts("a.parametrizations.weight.original",
                                                 {"a.parametrizations.weight.0._u", "a.parametrizations.weight.0._v"}));
    plain("parts-pruned", inParts("a.weight_orig", {"a.weight_mask"}));
    for (const char* function : {"_rebuild_qtensor", "_rebuild_sparse_tensor", "_rebuild_tensor_v3",
                                 "_rebuild_meta_tensor_no_storage", "_rebuild_wrapper_subclass"}) {
        plain("kind-" + std::string(function), rebuilt(function), false);
    }
    plain("kind-device-tensor",
          pickled::dict(
              {{"w", pickled::call(pickled::global("torch._utils", "_rebuild_device_tensor_from_cpu_tensor"),
                                   {bias(), pickled::none(), pickled::text("xla"), pickled::boolean(false)})}}));
    seeds.push_back(
        {Reader::Pickle, "protocol-5-bytearray",
         "\x80\x05}(" + pickled::text("w") + bias() + pickled::text("x") + "\x96" + bytesOf(std::uint64_t{3}) + "abcu.",
         true});
    seeds.push_back({Reader::Pickle, "protocol-5-buffer",
                     "\x80\x05}(" + pickled::text("w") + bias() + pickled::text("x") + "\x97\x98u.", false});
    plain("module", wholeModule());
    plain("strided", strided(1, {1, 2}, {huge, 2}));
    plain("prefix", state("model.net_g."));
    for (const char* key : {"model", "net", "generator", "params-ema", "model_state_dict", "other"}) {
        plain(std::string("nested-") + key, nested(key));
    }
    for (const auto& [type, size] : std::initializer_list<std::pair<const char*, std::size_t>>{{"DoubleStorage", 8},
                                                                                               {"HalfStorage", 2},
                                                                                               {"BFloat16Storage", 2},
                                                                                               {"LongStorage", 8},
                                                                                               {"BoolStorage", 1}}) {
        plain(std::string("type-") + type, typed(type, size));
    }
    plain("type-ComplexFloatStorage", typed("ComplexFloatStorage", 8), false);
    plain("subclass", pickled::dict({{"w", pickled::call(pickled::global("torch._tensor", "_rebuild_from_type_v2"),
                                                         {pickled::global("torch._utils", "_rebuild_tensor"),
                                                          pickled::global("torch", "Tensor"),
                                                          pickled::tuple({pickled::storage("1", 2), pickled::integer(0),
                                                                          pickled::tuple({pickled::integer(1)}),
                                                                          pickled::tuple({pickled::integer(1)})}),
                                                          pickled::dict({})})}}));

    plain("hostile-system", hostileCall("os", "system"), false);
    plain("hostile-eval", hostileCall("builtins", "eval"), false);
    plain("hostile-exec", pickled::dict({{"w", bias()}, {"x", hostileCall("builtins", "exec")}}));
    plain("hostile-state", pickled::build(hostileCall("os", "system"), pickled::dict({{"w", bias()}})), false);
    plain("hostile-protocol-0", "cos\nsystem\n(S'touch owned'\ntR", false);
    plain("cyclic-list",
          "]q\x01h\x01"
          "a",
          false);
    plain("cyclic-dict", "}q\x01(" + pickled::text("model") + "h\x01" + pickled::text("w") + bias() + "u");
    plain("cyclic-module",
          pickled::global("a", "N") + ")\x81q\x01"
              + pickled::dict(
                  {{"_parameters", pickled::dict({{"w", bias()}})}, {"_modules", pickled::dict({{"again", "h\x01"}})}})
              + "b",
          false);
    plain("huge-text", "\x8D" + bytesOf(~std::uint64_t{0}) + "w", false);
    plain("huge-number", std::string("\x8B\xFF\xFF\xFF\x7F", 5), false);
    plain("huge-memo", std::string("Nr\xFF\xFF\xFF\xFF", 6), false);
    plain("huge-storage", pickled::dict({{"w", pickled::tensor(pickled::storage("0", huge), 0, {1}, {1})}}), false);
    plain("huge-shape", strided(0, {std::int64_t{1} << 32U, std::int64_t{1} << 32U}, {0, 0}), false);
    plain("huge-empty", strided(0, {0, std::int64_t{1} << 40U, std::int64_t{1} << 40U}, {0, 0, 0}), false);
    plain("overflowing-stride", strided(0, {2}, {huge}), false);
    plain("overflowing-strides", strided(1, {3, 3}, {huge / 2, huge / 2 + 2}), false);
    plain("overflowing-offset", strided(huge, {1}, {1}), false);
    plain("negative-stride", strided(1, {2}, {-1}), false);
}

void addZips(std::vector<Seed>& seeds) {
    const auto add = [&](const std::string& name, const std::string& bytes, bool readable = true) {
        seeds.push_back({Reader::Zip, name, bytes, readable});
    };
    add("state-dict", torchZip(state(), twoStorages));
    add("other-root", torchZip(averagedState(), twoStorages, "net_g_145000"));
    add("training", torchZip(trainingState(), twoStorages));
    add("several", torchZip(severalNetworks({"net.", "net_ema."}), twoStorages));
    add("parts", torchZip(inParts("a.weight_v", {"a.weight_g"}), twoStorages));
    add("exported", zipFile({{"net/archive_format", "pt2"}, {"net/models/model.json", "{}"}}), false);
    add("module", torchZip(wholeModule(), twoStorages));
    add("hostile", torchZip(hostileCall("os", "system"), twoStorages), false);
    const std::string object = pickled::whole(nested("params"));
    const std::vector<std::pair<std::string, std::string>> entries{{"r/data.pkl", object},
                                                                   {"r/byteorder", "little"},
                                                                   {"r/data/0", twoStorages[0].second},
                                                                   {"r/data/1", twoStorages[1].second},
                                                                   {"r/.data/serialization_id", "0123"},
                                                                   {"r/version", "3\n"}};
    add("byte-order", zipFile(entries));
    add("deflated", zipFile(entries, {.compress = true}), false);
    add("missing", torchZip(state(), {twoStorages[0]}), false);
    add("torchscript", zipFile({{"net/constants.pkl", object}, {"net/data.pkl", object}}), false);
    const auto scriptObject = [](const std::string& state) {
        return pickled::build(pickled::global("__torch__", "Net") + ")\x81", state);
    };
    const std::string part = scriptObject(pickled::dict({{"weight", weight()}, {"stride", pickled::integer(1)}}));
    add("script-module",
        zipFile({{"net/data.pkl",
                  pickled::whole(scriptObject(pickled::dict({{"scale", bias()}, {"conv", part}, {"again", part}})))},
                 {"net/constants.pkl", pickled::whole(pickled::tuple({weight(), pickled::none()}))},
                 {"net/data/0", twoStorages[0].second},
                 {"net/data/1", twoStorages[1].second},
                 {"net/constants/0", twoStorages[0].second}}));
    add("two-models", zipFile({{"a/data.pkl", object}, {"b/data.pkl", object}}), false);
    add("empty", zipFile({{"a/b", ""}}), false);
    std::string damaged = torchZip(state(), twoStorages);
    damaged.replace(damaged.find("PK\x01\x02") + 24, 4, bytesOf(std::uint32_t{0x7FFFFFFF}));
    add("huge-entry", damaged, false);
}

void addSafetensors(std::vector<Seed>& seeds) {
    const auto add = [&](const std::string& name, const std::string& header, const std::string& buffer,
                         bool readable = true) {
        seeds.push_back({Reader::Safetensors, name, safetensorsFile(header, buffer), readable});
    };
    const std::string four = bytesOfAll<float>({1, 2, 3, 4});
    const std::string whole = R"({"dtype":"F32","shape":[2,2],"data_offsets":[0,16]})";
    add("one", R"({"w":)" + whole + "}", four);
    add("metadata", R"({"__metadata__":{"format":"pt","a":"\u00e9"},"module.w":)" + whole + "}   ", four);
    add("three",
        R"({"b":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"a":{"dtype":"I64","shape":[],)"
        R"("data_offsets":[0,8]},"z":{"dtype":"U8","shape":[0,5],"data_offsets":[12,12]}})",
        four.substr(0, 12));
    add("bfloat16", R"({"w":{"dtype":"BF16","shape":[8],"data_offsets":[0,16]}})", four);
    const auto flat = [&](const std::vector<std::string>& names) {
        std::string header;
        for (const std::string& name : names) {
            header += (header.empty() ? "{\"" : ",\"") + name + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
        }
        return header + "}";
    };
    add("flat",
        flat({"params.a.w", "params.b.w", "params.c.w", "params.d.w", "params_ema.a.w", "params_ema.b.w",
              "params_ema.c.w", "params_ema._orig_mod.d.w"}),
        "");
    add("parts", R"({"a.weight_v":)" + whole + R"(,"a.weight_g":{"dtype":"F32","shape":[2,1],"data_offsets":[16,24]}})",
        four + four.substr(8));
    add("complex",
        R"({"w":{"dtype":"C64","shape":[2],"data_offsets":[0,16]},)"
        R"("b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
        four);
    add("float64", R"({"w":{"data_offsets":[0,16],"shape":[1,2],"dtype":"F64"}})", four);
    add("bool", R"({"w":{"dtype":"BOOL","shape":[16],"data_offsets":[0,16]}})", four);
    add("huge-shape", R"({"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}})", four, false);
    add("huge-offset", R"({"w":{"dtype":"F32","shape":[4],"data_offsets":[0,18446744073709551615]}})", four, false);
    add("hole", R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})", four, false);
    add("twice", R"({"w":)" + whole + R"(,"w":)" + whole + "}", four, false);
    add("float8", R"({"w":{"dtype":"F8_E4M3","shape":[16],"data_offsets":[0,16]}})", four, false);
    add("deep", "{\"w\":[[[[[[[[", "", false);
    add("text", R"({"w":"\ud83d\ude00\ud83d"})", "", false);
}

using nlohmann::json;

json sizeOfInput(int axis, const std::string& name) {
    return nodeOf("torch.ops.aten.sym_size.int", {{"self", tensorNamed("x")}, {"dim", {{"as_int", axis}}}},
                  {{{"as_sym_int", {{"as_name", name}}}}});
}

/// smallProgram() with more nodes behind its own.
json withNodes(const std::vector<json>& nodes) {
    json program = smallProgram();
    for (const json& node : nodes) {
        program["graph_module"]["graph"]["nodes"].push_back(node);
    }
    return program;
}

json withGuards(const std::vector<std::string>& guards) {
    json program = smallProgram();
    program["guards_code"] = guards;
    return program;
}

json withSubgraph() {
    const json inner = {
        {"inputs", json::array({tensorNamed("x")})},
        {"nodes",
         json::array({nodeOf("torch.ops.aten.exp.default", {{"self", tensorNamed("x")}}, {tensorNamed("exp")})})},
        {"outputs", json::array({tensorNamed("exp")})},
        {"tensor_values", json::object()}};
    return withNodes({nodeOf("torch.ops.higher_order.wrap_with_set_grad_enabled",
                             {{"", {{"as_bool", false}}},
                              {"", {{"as_graph", {{"name", "inner"}, {"graph", inner}}}}},
                              {"", tensorNamed("x")}},
                             {tensorNamed("wrapped")})});
}

void addPrograms(std::vector<Seed>& seeds) {
    const auto add = [&](const std::string& name, const json& program, bool readable = true) {
        seeds.push_back({Reader::Program, name, program.dump(), readable});
    };
    const json number = {{"as_name", "h"}};
    add("plain", smallProgram());
    add("subgraph", withSubgraph());
    add("numbers", withNodes({sizeOfInput(2, "h"),
                              nodeOf("_operator.floordiv", {{"a", {{"as_sym_int", number}}}, {"b", {{"as_int", 2}}}},
                                     {{{"as_sym_int", {{"as_name", "half"}}}}}),
                              nodeOf("torch.ops.aten.zeros.default",
                                     {{"size", {{"as_sym_ints", json::array({{{"as_int", 3}}, number})}}},
                                      {"dtype", {{"as_scalar_type", 7}}},
                                      {"layout", {{"as_layout", 7}}},
                                      {"device", {{"as_device", {{"type", "cpu"}, {"index", nullptr}}}}},
                                      {"pin_memory", {{"as_bool", false}}}},
                                     {tensorNamed("zeros")})}));
    add("lists",
        withNodes(
            {nodeOf("torch.ops.aten.split.Tensor",
                    {{"self", tensorNamed("x")}, {"split_size", {{"as_int", 1}}}, {"dim", {{"as_int", 1}}}},
                    {{{"as_tensors", {{{"name", "a"}}, {{"name", "b"}}, {{"name", "c"}}}}}}),
             nodeOf("torch.ops.aten.cat.default", {{"tensors", {{"as_tensors", {{{"name", "a"}}, {{"name", "c"}}}}}}},
                    {tensorNamed("cat")}),
             nodeOf("torch.ops.aten.pad.default",
                    {{"self", tensorNamed("x")},
                     {"pad", {{"as_ints", {1, 1, 0, 0}}}},
                     {"mode", {{"as_string", "reflect"}}},
                     {"value", {{"as_none", true}}}},
                    {tensorNamed("pad")}),
             nodeOf("torch.ops.aten.clamp.default", {{"self", tensorNamed("x")}, {"min", {{"as_float", "-Infinity"}}}},
                    {tensorNamed("clamp")})}));
    add("guards", withGuards({"((-6) + (((-3) + ((L['x'].size()[2] + (L['x'].size()[2] % 2)) // 2)) // 2)) % 3 == 0",
                              "max(1, L['x'].size()[3] // 8) == 8 or not 2*L['x'].size()[0] <= 4",
                              "math.trunc(2.0*torch.sym_float(L['x'].size()[3])) != min(4, 5)"}));
    add("in-place", withNodes({nodeOf("torch.ops.aten.relu_.default", {{"self", tensorNamed("p_weight")}},
                                      {tensorNamed("written")})}));
    add("assertion", withNodes({nodeOf("torch.ops.aten._assert_tensor_metadata.default",
                                       {{"a", tensorNamed("x")}, {"dtype", {{"as_scalar_type", 7}}}}, {})}));
    add("random",
        withNodes({nodeOf("torch.ops.aten.rand_like.default", {{"self", tensorNamed("x")}}, {tensorNamed("r")})}),
        false);
    add("custom", withNodes({nodeOf("torch.ops.mine.shift.default", {{"self", tensorNamed("x")}}, {tensorNamed("s")})}),
        false);
    add("unknown-kind", withNodes({nodeOf("torch.ops.aten.relu.default", {{"self", {{"as_complex", 1}}}}, {})}), false);
    add("used-early", withNodes({nodeOf("torch.ops.aten.relu.default", {{"self", tensorNamed("later")}}, {})}), false);
    json program = smallProgram();
    program["schema_version"]["major"] = 9;
    add("schema", program, false);
    program = smallProgram();
    program["graph_module"]["graph"]["tensor_values"]["p_weight"] = {
        {"dtype", 7}, {"sizes", {{{"as_int", 4294967296}}, {{"as_int", 4294967296}}}}};
    add("huge-weight", program, false);
    seeds.push_back({Reader::Program, "deep", std::string(2000, '['), false});
}

void addExports(std::vector<Seed>& seeds) {
    const auto add = [&](const std::string& name, const ArchiveParts& parts, bool readable = true) {
        seeds.push_back({Reader::Export, name, packed(parts), readable});
    };
    const auto withWeight = [](const json& entry) {
        ArchiveParts parts = smallArchive();
        parts.weights["config"]["weight"] = entry;
        return parts;
    };
    add("plain", smallArchive());
    add("strided", withWeight(configEntry("weight_0", tensorMeta({1, 2, 1}, {0, 2, 1}, 0))));
    add("repeated", withWeight(configEntry("weight_0", tensorMeta({3, 8, 8}, {1, 0, 0}))));
    add("bytes", withWeight(configEntry("weight_0", tensorMeta({12}, {1}, 0, 1))));
    ArchiveParts parts = smallArchive();
    parts.weights["config"]["again"] = configEntry("weight_0", tensorMeta({2}, {1}, 1));
    parts.constants["config"]["table"] = configEntry("tensor_0", tensorMeta({2}, {1}, 0, 5), false);
    parts.members.emplace_back("data/constants/tensor_0", bytesOfAll<std::int64_t>({4, 5}));
    parts.members.emplace_back("extra/lamscope.json", R"({"scale": 1})");
    add("tied", parts);
    add("beyond", withWeight(configEntry("weight_0", tensorMeta({3}, {1}, 1))), false);
    add("overflow", withWeight(configEntry("weight_0", tensorMeta({2, 2}, {huge, huge}, huge))), false);
    add("missing", withWeight(configEntry("weight_1", tensorMeta({3}, {1}))), false);
    json pickle = configEntry("weight_0", tensorMeta({3}, {1}));
    pickle["use_pickle"] = true;
    add("pickle", withWeight(pickle), false);
    parts = smallArchive();
    parts.members.front().second.clear();
    add("without-weights", parts, false);
    seeds.push_back({Reader::Export, "deflated", packed(smallArchive(), true), false});
    seeds.push_back({Reader::Export, "legacy", zipFile({{"serialized_exported_program.json", "{}"}}), false});
}

}  // namespace

std::vector<Seed> seeds() {
    std::vector<Seed> all;
    addPickles(all);
    addZips(all);
    addSafetensors(all);
    addPrograms(all);
    addExports(all);
    return all;
}

}  // namespace lamscope::test
