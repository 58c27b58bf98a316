// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint/writers.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <stdexcept>

#include <gtest/gtest.h>
#include <zip.h>

#include "base/error.h"
#include "model/checkpoint/checkpoint.h"

namespace lamscope::test {

namespace pickled {

std::string whole(const std::string& value) {
    return "\x80\x02" + value + ".";
}

std::string text(const std::string& value) {
    return "X" + bytesOf(static_cast<std::uint32_t>(value.size())) + value;
}

std::string integer(std::int64_t value) {
    if (value >= 0 && value < 256) {
        return "K" + bytesOf(static_cast<std::uint8_t>(value));
    }
    return std::string("\x8A\x08") + bytesOf(value);
}

std::string none() {
    return "N";
}

std::string boolean(bool value) {
    return value ? "\x88" : "\x89";
}

std::string tuple(const std::vector<std::string>& items) {
    std::string result = "(";
    for (const std::string& item : items) {
        result += item;
    }
    return result + "t";
}

std::string list(const std::vector<std::string>& items) {
    std::string result = "](";
    for (const std::string& item : items) {
        result += item;
    }
    return result + "e";
}

namespace {

std::string setItems(const Entries& entries) {
    std::string result = "(";
    for (const auto& [key, value] : entries) {
        result += text(key) + value;
    }
    return result + "u";
}

}  // namespace

std::string dict(const Entries& entries) {
    return "}" + setItems(entries);
}

std::string global(const std::string& module, const std::string& name) {
    return "c" + module + "\n" + name + "\n";
}

std::string call(const std::string& callable, const std::vector<std::string>& arguments) {
    return callable + tuple(arguments) + "R";
}

std::string orderedDict(const Entries& entries) {
    return call(global("collections", "OrderedDict"), {}) + setItems(entries);
}

std::string orderedDictPython2(const Entries& entries) {
    std::vector<std::string> pairs;
    for (const auto& [key, value] : entries) {
        pairs.push_back(list({text(key), value}));
    }
    return call(global("collections", "OrderedDict"), {list(pairs)});
}

std::string build(const std::string& object, const std::string& state) {
    return object + state + "b";
}

std::string storage(const std::string& key, std::int64_t count, const std::string& type) {
    return tuple({text("storage"), global("torch", type), text(key), text("cpu"), integer(count)}) + "Q";
}

std::string tensor(const std::string& storage, std::int64_t offset, const std::vector<std::int64_t>& shape,
                   const std::vector<std::int64_t>& strides) {
    std::vector<std::string> sizes;
    std::vector<std::string> steps;
    std::ranges::transform(shape, std::back_inserter(sizes), integer);
    std::ranges::transform(strides, std::back_inserter(steps), integer);
    return call(global("torch._utils", "_rebuild_tensor_v2"),
                {storage, integer(offset), tuple(sizes), tuple(steps), boolean(false), orderedDict({})});
}

std::string tensor(const std::string& key, const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> strides(shape.size());
    std::int64_t count = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        strides[axis] = count;
        count *= shape[axis];
    }
    return tensor(storage(key, count), 0, shape, strides);
}

std::string parameter(const std::string& tensor) {
    return build(call(global("torch.nn.parameter", "Parameter"), {tensor}),
                 tuple({boolean(true), boolean(false), none()}));
}

std::string module(const Entries& parameters, const Entries& buffers, const Entries& modules) {
    // \x81: NEWOBJ, as Python writes objects of its own classes
    return build(global("somewhere", "Net") + ")\x81", dict({{"_parameters", orderedDict(parameters)},
                                                             {"training", boolean(true)},
                                                             {"_buffers", orderedDict(buffers)},
                                                             {"_modules", orderedDictPython2(modules)}}));
}

}  // namespace pickled

std::string legacyFile(const std::string& object, const Storages& storages, const LegacyOptions& options) {
    using namespace pickled;
    std::string file("\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.", 15);
    file += whole(integer(options.protocol));
    file += whole(dict({{"protocol_version", integer(1001)},
                        {"little_endian", boolean(options.littleEndian)},
                        {"type_sizes", dict({{"short", integer(2)}, {"int", integer(4)}, {"long", integer(4)}})}}));
    file += whole(object);
    std::vector<std::string> keys;
    std::string raw;
    for (const auto& [key, bytes] : storages) {
        keys.push_back(text(key));
        raw += bytesOf(static_cast<std::int64_t>(bytes.size() / options.itemSize)) + bytes;
    }
    return file + whole(list(keys)) + raw;
}

std::string zipFile(const std::vector<std::pair<std::string, std::string>>& entries, const ZipOptions& options) {
    const TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "written.zip";
    int code = 0;
    zip_t* archive = zip_open(path.string().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (archive == nullptr) {
        throw std::runtime_error("libzip cannot write");
    }
    for (const auto& [name, content] : entries) {
        zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
        const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
        zip_set_file_compression(archive, static_cast<zip_uint64_t>(index),
                                 options.compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    }
    if (zip_close(archive) != 0) {
        throw std::runtime_error("libzip cannot close");
    }
    return contentOf(path);
}

std::string torchZip(const std::string& object, const Storages& storages, const std::string& root) {
    std::vector<std::pair<std::string, std::string>> entries{{root + "/data.pkl", pickled::whole(object)}};
    for (const auto& [key, bytes] : storages) {
        entries.emplace_back(std::string(root).append("/data/").append(key), bytes);
    }
    entries.emplace_back(root + "/version", "3\n");
    return zipFile(entries);
}

std::string rejection(std::string_view content, const std::string& weightSet) {
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.write("model.pth", content);
    try {
        static_cast<void>(readCheckpoint(file, weightSet));
        ADD_FAILURE() << "the file was accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadFile) << error.what();
        EXPECT_NE(std::string(error.what()).find(file.string()), std::string::npos) << error.what();
        return error.what();
    } catch (const std::exception& error) {
        ADD_FAILURE() << "not a lamscope::Error: " << error.what();
    }
    return "";
}

}  // namespace lamscope::test
