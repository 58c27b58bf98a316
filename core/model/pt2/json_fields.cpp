// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/json_fields.h"

#include <array>
#include <limits>

#include <fmt/format.h>

namespace lamscope::pt2 {

namespace {

using detail::printable;

constexpr std::int64_t stridedLayout = 7;
constexpr std::size_t longestExpression = 65536;

struct TypeFacts {
    ScalarType type;
    std::size_t bytes;
    std::string_view name;
};

constexpr std::array<TypeFacts, 13> types{{
    {ScalarType::Byte, 1, "uint8"},
    {ScalarType::Char, 1, "int8"},
    {ScalarType::Short, 2, "int16"},
    {ScalarType::Int, 4, "int32"},
    {ScalarType::Long, 8, "int64"},
    {ScalarType::Half, 2, "float16"},
    {ScalarType::Float, 4, "float32"},
    {ScalarType::Double, 8, "float64"},
    {ScalarType::ComplexHalf, 4, "complex32"},
    {ScalarType::ComplexFloat, 8, "complex64"},
    {ScalarType::ComplexDouble, 16, "complex128"},
    {ScalarType::Bool, 1, "bool"},
    {ScalarType::BFloat16, 2, "bfloat16"},
}};

const TypeFacts& factsOf(ScalarType type) {
    return types.at(static_cast<std::size_t>(type) - 1);
}

const char* kindOf(const Json& value) {
    return value.is_number() ? "a number" : value.is_string() ? "a text" : value.type_name();
}

/// "Symbol('s53', positive=True, integer=True)" is the symbol s53; any other text stays as it is.
std::string symbolOr(std::string text) {
    constexpr std::string_view start = "Symbol('";
    if (!text.starts_with(start)) {
        return text;
    }
    const auto end = text.find('\'', start.size());
    const bool whole = end != std::string::npos && text.find(')') == text.size() - 1;
    return whole ? text.substr(start.size(), end - start.size()) : text;
}

}  // namespace

std::size_t itemSize(ScalarType type) {
    return factsOf(type).bytes;
}

std::string_view nameOf(ScalarType type) {
    return factsOf(type).name;
}

void damagedJson(std::string_view what) {
    throw FormatError(fmt::format("is damaged: {}; export it again, or use another copy", what));
}

Json parseJson(std::string_view text, std::string_view what) {
    if (text.size() > largestJson) {
        throw FormatError(fmt::format("has a program that is too large: {} has {} bytes, at most {} are read", what,
                                      text.size(), largestJson));
    }
    std::size_t values = 0;
    const auto bounded = [&](int depth, Json::parse_event_t event, const Json& /*parsed*/) {
        if (depth > deepestJson) {
            damagedJson(fmt::format("{} is nested more than {} deep", what, deepestJson));
        }
        const bool starts = event == Json::parse_event_t::value || event == Json::parse_event_t::object_start
                            || event == Json::parse_event_t::array_start;
        values += starts ? 1 : 0;
        if (values > mostJsonValues) {
            damagedJson(fmt::format("{} has more than {} values", what, mostJsonValues));
        }
        return true;
    };
    try {
        return Json::parse(text.begin(), text.end(), bounded);
    } catch (const Json::exception&) {
        damagedJson(fmt::format("{} is not JSON", what));
    }
}

const Json& member(const Json& object, const char* key) {
    const Json* found = object.is_object() && object.contains(key) ? &object.at(key) : nullptr;
    if (found == nullptr) {
        damagedJson(fmt::format("something in its program has no \"{}\"", key));
    }
    return *found;
}

const Json* memberIfAny(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

const Json& listIn(const Json& object, const char* key, std::size_t most) {
    const Json& list = member(object, key);
    if (!list.is_array()) {
        damagedJson(fmt::format("\"{}\" in its program is {}, not a list", key, kindOf(list)));
    }
    if (list.size() > most) {
        damagedJson(fmt::format("\"{}\" in its program has {} items, at most {} are read", key, list.size(), most));
    }
    return list;
}

std::string nameIn(const Json& object, const char* key) {
    return nameFrom(member(object, key));
}

std::string nameFrom(const Json& value) {
    if (!value.is_string()) {
        damagedJson(fmt::format("{} stands in its program in place of a name", kindOf(value)));
    }
    const auto& name = value.get_ref<const std::string&>();
    if (name.size() > longestName || !detail::isPlainText(name)) {
        damagedJson(fmt::format("a name in its program is longer than {} bytes or cannot be shown: {}", longestName,
                                printable(name)));
    }
    return name;
}

std::int64_t wholeFrom(const Json& value) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > most)) {
        damagedJson(fmt::format("{} stands in its program in place of a whole number",
                                value.is_number() ? value.dump() : std::string(kindOf(value))));
    }
    return value.get<std::int64_t>();
}

bool truthFrom(const Json& value) {
    if (!value.is_boolean()) {
        damagedJson(fmt::format("{} stands in its program in place of true or false", kindOf(value)));
    }
    return value.get<bool>();
}

double numberFrom(const Json& value) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (value == "Infinity") {
        return infinity;
    }
    if (value == "-Infinity") {
        return -infinity;
    }
    if (value == "NaN") {
        return std::numeric_limits<double>::quiet_NaN();
    }
    if (!value.is_number()) {
        damagedJson(fmt::format("{} stands in its program in place of a number", kindOf(value)));
    }
    return value.get<double>();
}

std::pair<const std::string&, const Json&> kindAndValue(const Json& value) {
    if (!value.is_object() || value.size() != 1) {
        damagedJson(fmt::format("something in its program should be of one kind and is {}",
                                value.is_object() ? fmt::format("of {}", value.size()) : kindOf(value)));
    }
    return {value.begin().key(), value.front()};
}

ScalarType scalarTypeFrom(const Json& value) {
    const std::int64_t number = wholeFrom(value);
    if (number < 1 || number > std::ssize(types)) {
        throw UnsupportedProgram(
            fmt::format("uses the type of tensors number {} of torch.export's list (unsigned of 16 bits and more, or "
                        "float8), which is not supported: use float32 instead",
                        number));
    }
    return static_cast<ScalarType>(number);
}

MemoryFormat memoryFormatFrom(const Json& value) {
    const std::int64_t number = wholeFrom(value);
    if (number < 1 || number > 4) {
        throw UnsupportedProgram(fmt::format("uses the unknown memory format {}", number));
    }
    return static_cast<MemoryFormat>(number);
}

void checkLayout(const Json& value) {
    const std::int64_t number = wholeFrom(value);
    if (number != stridedLayout) {
        throw UnsupportedProgram(
            fmt::format("uses the layout of tensors number {} of torch.export's list (sparse or of another library), "
                        "which is not supported: use plain tensors",
                        number));
    }
}

Extent extentFrom(const Json& value) {
    const auto [kind, content] = kindAndValue(value);
    if (kind == "as_int") {
        return {.value = wholeFrom(content), .expression = ""};
    }
    if (kind != "as_expr") {
        throw UnsupportedProgram(fmt::format("has a size of the unknown kind {}", printable(kind)));
    }
    const Json& text = member(content, "expr_str");
    auto expression = text.is_string() ? text.get<std::string>() : std::string();
    if (expression.empty() || expression.size() > longestExpression) {
        damagedJson("a symbolic size in its program has no expression");
    }
    Extent extent{.value = std::nullopt, .expression = symbolOr(std::move(expression))};
    if (const Json* hint = memberIfAny(content, "hint")) {
        const auto [hintKind, hinted] = kindAndValue(*hint);
        if (hintKind == "as_int") {
            extent.value = wholeFrom(hinted);
        }
    }
    return extent;
}

}  // namespace lamscope::pt2
