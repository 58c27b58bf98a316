// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/pickle.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "model/checkpoint/pickle_opcodes.h"

namespace lamscope::detail {

namespace {

constexpr std::size_t maxStack = std::size_t{1} << 18U;
constexpr std::size_t maxMarks = std::size_t{1} << 12U;

/// The stack machine of a pickle. Every opcode consumes at least one byte. Every allocation is charged before it is
/// made.
class Machine {
public:
    Machine(std::span<const std::byte> data, Budget& budget)
        : data_(data)
        , budget_(budget) {}

    Pickle run() {
        for (;;) {
            opStart_ = position_;
            const Op op = static_cast<Op>(take(1).front());
            if (op == Op::Stop) {
                pickle_.root = pop();
                pickle_.length = position_;
                return std::move(pickle_);
            }
            if (const NodeId value = valueOf(op); value != noNode) {
                push(value);
            } else if (!apply(op)) {
                throw FormatError(fmt::format(
                    "holds a pickle with the instruction {:#04x} at its byte {}, which weight files do not use: it is "
                    "damaged or not a model file, so use another copy",
                    static_cast<unsigned>(op), opStart_));
            }
        }
    }

private:
    [[noreturn]] void damaged(std::string_view what) const {
        throw FormatError(fmt::format("holds a damaged pickle ({} at its byte {}): use another copy", what, opStart_));
    }

    std::string_view take(std::uint64_t count) {
        if (count > data_.size() - position_) {
            throw FormatError(
                fmt::format("is truncated or damaged: its pickle wants {} bytes at byte {} where {} are left; download "
                            "or copy it again",
                            count, position_, data_.size() - position_));
        }
        const auto* start = reinterpret_cast<const char*>(data_.data() + position_);
        position_ += static_cast<std::size_t>(count);
        return {start, static_cast<std::size_t>(count)};
    }

    /// A little-endian number of `bytes` bytes.
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        std::memcpy(&value, take(bytes).data(), bytes);
        return value;
    }

    std::string_view line() {
        const auto rest = data_.subspan(position_);
        const auto end = std::ranges::find(rest, std::byte{'\n'});
        const std::string_view text = take(static_cast<std::uint64_t>(end - rest.begin()));
        static_cast<void>(take(1));
        return text;
    }

    NodeId make(NodeKind kind, std::int64_t integer = 0, std::string_view text = {}) {
        budget_.charge(sizeof(Node) + sizeof(Node) / 2);
        pickle_.nodes.push_back({.kind = kind, .integer = integer, .text = text, .items = {}});
        return static_cast<NodeId>(pickle_.nodes.size() - 1);
    }

    NodeId make(NodeKind kind, std::span<const NodeId> items) {
        const NodeId id = make(kind);
        extend(id, items);
        return id;
    }

    void extend(NodeId id, std::span<const NodeId> items) {
        auto& target = pickle_.nodes[id].items;
        budget_.reserve(target, target.size() + items.size());
        target.insert(target.end(), items.begin(), items.end());
    }

    void push(NodeId id) {
        if (stack_.size() >= maxStack) {
            damaged("too many values");
        }
        stack_.push_back(id);
    }

    [[nodiscard]] std::size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }

    void need(std::size_t count) const {
        if (available() < count) {
            damaged("a missing value");
        }
    }

    NodeId pop() {
        need(1);
        const NodeId id = stack_.back();
        stack_.pop_back();
        return id;
    }

    NodeId top() const {
        need(1);
        return stack_.back();
    }

    /// Takes the values above the last mark, and the mark, off the stack.
    std::vector<NodeId> popToMark() {
        if (marks_.empty()) {
            damaged("a missing mark");
        }
        const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
        std::vector<NodeId> items(begin, stack_.end());
        stack_.erase(begin, stack_.end());
        marks_.pop_back();
        return items;
    }

    std::vector<NodeId> popSome(std::size_t count) {
        need(count);
        const auto begin = stack_.end() - static_cast<std::ptrdiff_t>(count);
        std::vector<NodeId> items(begin, stack_.end());
        stack_.erase(begin, stack_.end());
        return items;
    }

    /// Values that appear often and cannot change are stored once.
    NodeId shared(NodeId& id, NodeKind kind, std::int64_t integer = 0) {
        if (id == noNode) {
            id = make(kind, integer);
        }
        return id;
    }

    NodeId longInteger(std::uint64_t bytes) {
        const std::string_view text = take(bytes);
        if (text.size() > sizeof(std::int64_t)) {
            return make(NodeKind::BigInt, 0, text);
        }
        const bool negative = !text.empty() && (static_cast<unsigned char>(text.back()) & 0x80U) != 0;
        std::int64_t value = negative ? -1 : 0;
        if (!text.empty()) {
            std::memcpy(&value, text.data(), text.size());
        }
        return make(NodeKind::Int, value);
    }

    void append(NodeKind kind, const std::vector<NodeId>& items) {
        const NodeId target = top();
        if (pickle_[target].kind == kind) {
            extend(target, items);
        } else if (pickle_[target].kind != NodeKind::Object) {  // a subclass of list or set: its members are not needed
            damaged("an append to what is not a list");
        }
    }

    void setItems(const std::vector<NodeId>& items) {
        const NodeId target = top();
        const NodeKind kind = pickle_[target].kind;
        if ((kind != NodeKind::Dict && kind != NodeKind::Object) || items.size() % 2 != 0) {
            damaged("an entry for what is not a dictionary");
        }
        extend(target, items);
    }

    /// Python numbers the memo in sequence, so that an honest index is smaller than the number of bytes.
    void memoize(std::uint64_t index) {
        if (index > data_.size() && index > 0xFFU) {
            damaged("a memo index out of range");
        }
        const auto place = static_cast<std::size_t>(index);
        if (place >= memo_.size()) {
            budget_.reserve(memo_, place + 1);
            memo_.resize(place + 1, noNode);
        }
        memoSize_ += memo_[place] == noNode ? 1 : 0;
        memo_[place] = top();
    }

    NodeId recall(std::uint64_t index) const {
        if (index >= memo_.size() || memo_[static_cast<std::size_t>(index)] == noNode) {
            damaged("a reference to nothing");
        }
        return memo_[static_cast<std::size_t>(index)];
    }

    /// The new value that an instruction puts on the stack; noNode for an instruction that does something else.
    NodeId valueOf(Op op) {
        NodeId value = scalar(op);
        value = value != noNode ? value : container(op);
        return value != noNode ? value : object(op);
    }

    NodeId scalar(Op op) {
        switch (op) {
            case Op::None:
                return shared(none_, NodeKind::None);
            case Op::NewTrue:
                return shared(true_, NodeKind::Bool, 1);
            case Op::NewFalse:
                return shared(false_, NodeKind::Bool, 0);
            case Op::BinInt:
                return make(NodeKind::Int, static_cast<std::int32_t>(number(4)));
            case Op::BinInt1:
                return make(NodeKind::Int, static_cast<std::int64_t>(number(1)));
            case Op::BinInt2:
                return make(NodeKind::Int, static_cast<std::int64_t>(number(2)));
            case Op::Long1:
                return longInteger(number(1));
            case Op::Long4:
                return longInteger(number(4));
            case Op::BinFloat:
                static_cast<void>(take(8));
                return make(NodeKind::Float);
            case Op::ShortBinString:
            case Op::ShortBinUnicode:
            case Op::ShortBinBytes:
                return make(NodeKind::Text, 0, take(number(1)));
            case Op::BinString:
            case Op::BinUnicode:
            case Op::BinBytes:
                return make(NodeKind::Text, 0, take(number(4)));
            case Op::BinUnicode8:
            case Op::BinBytes8:
            case Op::ByteArray8:
                return make(NodeKind::Text, 0, take(number(8)));
            default:
                return noNode;
        }
    }

    NodeId container(Op op) {
        switch (op) {
            case Op::EmptyTuple:
                return shared(emptyTuple_, NodeKind::Tuple);
            case Op::EmptyList:
                return make(NodeKind::List);
            case Op::EmptyDict:
                return make(NodeKind::Dict);
            case Op::EmptySet:
                return make(NodeKind::Set);
            case Op::Tuple:
                return make(NodeKind::Tuple, popToMark());
            case Op::FrozenSet:
                return make(NodeKind::Set, popToMark());
            case Op::Tuple1:
                return make(NodeKind::Tuple, popSome(1));
            case Op::Tuple2:
                return make(NodeKind::Tuple, popSome(2));
            case Op::Tuple3:
                return make(NodeKind::Tuple, popSome(3));
            default:
                return noNode;
        }
    }

    NodeId object(Op op) {
        switch (op) {
            case Op::Global: {
                const NodeId module = make(NodeKind::Text, 0, line());
                const NodeId name = make(NodeKind::Text, 0, line());
                return make(NodeKind::Global, std::vector{module, name});
            }
            case Op::StackGlobal: {
                const auto names = popSome(2);
                if (pickle_[names[0]].kind != NodeKind::Text || pickle_[names[1]].kind != NodeKind::Text) {
                    damaged("a global without a name");
                }
                return make(NodeKind::Global, names);
            }
            case Op::BinPersId:
                return make(NodeKind::Persistent, popSome(1));
            case Op::NewObjEx:
                static_cast<void>(pop());  // keyword arguments
                [[fallthrough]];
            case Op::NewObj:
            case Op::Reduce: {
                auto parts = popSome(2);
                if (pickle_[parts[1]].kind != NodeKind::Tuple) {
                    damaged("a call without arguments");
                }
                parts.push_back(noNode);
                return make(NodeKind::Object, parts);
            }
            case Op::BinGet:
                return recall(number(1));
            case Op::LongBinGet:
                return recall(number(4));
            case Op::NextBuffer:
            case Op::ReadonlyBuffer:
                throw FormatError(
                    "refers to buffers outside its pickle (\"out-of-band\", protocol 5), which the file does not hold: "
                    "save it again with torch.save() and without a buffer_callback");
            default:
                return noNode;
        }
    }

    /// Carries out an instruction that adds no value; false if it is unknown.
    bool apply(Op op) {
        switch (op) {
            case Op::Append:
                append(NodeKind::List, popSome(1));
                break;
            case Op::Appends:
                append(NodeKind::List, popToMark());
                break;
            case Op::AddItems:
                append(NodeKind::Set, popToMark());
                break;
            case Op::SetItem:
                setItems(popSome(2));
                break;
            case Op::SetItems:
                setItems(popToMark());
                break;
            case Op::Proto:
                if (const auto version = number(1); version > 5) {
                    damaged(fmt::format("the unknown protocol {}", version));
                }
                break;
            case Op::Frame:
                if (number(8) > data_.size() - position_) {
                    damaged("a frame longer than the data");
                }
                break;
            case Op::Mark:
                if (marks_.size() >= maxMarks) {
                    damaged("too deep nesting");
                }
                marks_.push_back(stack_.size());
                break;
            case Op::Pop:
                static_cast<void>(!marks_.empty() && available() == 0 ? popToMark() : popSome(1));
                break;
            case Op::PopMark:
                static_cast<void>(popToMark());
                break;
            case Op::BinPut:
                memoize(number(1));
                break;
            case Op::LongBinPut:
                memoize(number(4));
                break;
            case Op::Memoize:
                memoize(memoSize_);
                break;
            case Op::Build: {
                const NodeId state = pop();
                if (Node& target = pickle_.nodes[top()]; target.kind == NodeKind::Object) {
                    target.items[2] = state;
                }
                break;
            }
            default:
                return false;
        }
        return true;
    }

    std::span<const std::byte> data_;
    Budget& budget_;
    Pickle pickle_;
    std::size_t position_ = 0;
    std::size_t opStart_ = 0;
    std::vector<NodeId> stack_;
    std::vector<std::size_t> marks_;
    std::vector<NodeId> memo_;
    std::size_t memoSize_ = 0;
    NodeId none_ = noNode;
    NodeId true_ = noNode;
    NodeId false_ = noNode;
    NodeId emptyTuple_ = noNode;
};

}  // namespace

bool Pickle::isGlobal(NodeId id, std::string_view module, std::string_view name) const {
    const Node& node = nodes[id];
    return node.kind == NodeKind::Global && nodes[node.items[0]].text == module && nodes[node.items[1]].text == name;
}

Pickle readPickle(std::span<const std::byte> data, Budget& budget) {
    return Machine(data, budget).run();
}

}  // namespace lamscope::detail
