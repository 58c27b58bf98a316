// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/remote/held_pass.h"

#include <array>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/stoppable_evaluation.h"
#include "model/weights_watch.h"
#include "runtime/torch_headers.h"

namespace lamscope::remote {

namespace {

constexpr std::string_view noPass = "no_pass";

/// The server's memory does not suffice: whoever asked halves the batch, as for the memory here.
class OutOfMemoryThere : public std::bad_alloc {
public:
    explicit OutOfMemoryThere(std::string words)
        : words_(std::make_shared<const std::string>(std::move(words))) {}
    [[nodiscard]] const char* what() const noexcept override { return words_->c_str(); }

private:
    std::shared_ptr<const std::string> words_;  // shared: copies of exceptions must not throw
};

/// Leaves a request because the server does not hold its pass any more.
struct PassIsGone {};

std::shared_ptr<const std::vector<std::byte>> bytesOf(const torch::Tensor& tensor) {
    const auto plain = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    std::vector<std::byte> bytes(plain.nbytes());
    if (!bytes.empty()) {
        std::memcpy(bytes.data(), plain.const_data_ptr<float>(), bytes.size());
    }
    return std::make_shared<const std::vector<std::byte>>(std::move(bytes));
}

Values valuesNamed(std::string name, const std::vector<std::int64_t>& shape,
                   std::shared_ptr<const std::vector<std::byte>> bytes) {
    Values values;
    values.entry.name = std::move(name);
    values.entry.shape = shape;
    values.bytes = std::move(bytes);
    return values;
}

/// The end of a traceback, as an addition to a message.
std::string traceIn(const nlohmann::json& error) {
    constexpr std::size_t most = 3;
    const auto found = error.find("trace");
    std::vector<std::string> lines;
    if (found != error.end() && found->is_array()) {
        const auto first = found->size() > most ? found->size() - most : 0;
        for (auto i = first; i < found->size(); ++i) {
            if ((*found)[i].is_string()) {
                lines.push_back(shownText((*found)[i].get_ref<const std::string&>()));
            }
        }
    }
    return lines.empty() ? "" : fmt::format(" ({})", fmt::join(lines, "; "));
}

void throwErrorIn(const nlohmann::json& header, const std::string& name) {
    const auto found = header.find("error");
    if (found == header.end()) {
        return;
    }
    if (!found->is_object()) {
        throw Error(ErrorCode::ModelFailure, fmt::format("{}: the server sends an error without words", name));
    }
    const auto code = textMember(*found, "code");
    if (code == noPass) {
        throw PassIsGone();
    }
    const auto words = fmt::format("{}: {}{}", name, textMember(*found, "message"), traceIn(*found));
    if (code == "out_of_memory") {
        throw OutOfMemoryThere("out of memory where the network runs: " + words);
    }
    throw Error(ErrorCode::ModelFailure, words);
}

/// The one tensor of an answer, of this name and shape.
torch::Tensor tensorIn(const Answer& answer, std::string_view name, const std::vector<std::int64_t>& shape,
                       const std::string& network) {
    if (answer.tensors.size() != 1 || answer.tensors.front().name != name
        || answer.tensors.front().type != TensorEntry::Type::Float32) {
        throw Error(ErrorCode::ModelFailure,
                    fmt::format("{}: the server answers {} tensors where one, \"{}\" of float32, is wanted", network,
                                answer.tensors.size(), name));
    }
    if (answer.tensors.front().shape != shape) {
        throw Error(ErrorCode::ModelFailure,
                    fmt::format("{}: the server answers \"{}\" of {} where {} is wanted", network, name,
                                fmt::join(answer.tensors.front().shape, "x"), fmt::join(shape, "x")));
    }
    auto tensor = torch::empty(shape, torch::kFloat32);
    if (!answer.payload.empty()) {
        std::memcpy(tensor.data_ptr<float>(), answer.payload.data(), answer.payload.size());
    }
    return tensor;
}

nlohmann::json jsonOf(const std::optional<Rect>& region) {
    return region ? nlohmann::json::array({region->x, region->y, region->width, region->height}) : nlohmann::json();
}

Answer asked(Connection& connection, nlohmann::json request, const std::optional<Values>& values,
             const std::string& network) {
    auto answer = connection.ask(std::move(request), values, StoppableRequests::stopOfThisThread());
    if (!answer) {
        throw EvaluationStopped();
    }
    try {
        throwErrorIn(answer->header, network);
    } catch (const ProtocolError& error) {
        throw Error(ErrorCode::ModelFailure, fmt::format("{}: the server {}", network, error.what()));
    }
    return std::move(*answer);
}

}  // namespace

void WeightsState::see(std::int64_t state) {
    const std::scoped_lock lock(mutex_);
    changes_ += latest_.value_or(state) != state ? 1 : 0;
    latest_ = state;
}

std::int64_t WeightsState::changes() const {
    const std::scoped_lock lock(mutex_);
    return changes_;
}

HeldPass::HeldPass(std::shared_ptr<ServedNetwork> network, const torch::Tensor& lr)
    : network_(std::move(network))
    , lrShape_(lr.sizes().vec())
    , lr_(bytesOf(lr)) {}

HeldPass::~HeldPass() {
    if (const auto connection = holder()) {
        connection->tell({{"request", "release"}, {"passes", nlohmann::json::array({number_})}});
    }
}

torch::Tensor HeldPass::sr(const std::optional<Rect>& regionHr, bool keep) {
    const std::scoped_lock lock(mutex_);
    if (const auto connection = keep ? holder() : nullptr) {
        try {
            const auto answer =
                asked(*connection, {{"request", "read"}, {"pass", number_}, {"region", jsonOf(regionHr)}}, std::nullopt,
                      network_->description.name);
            return tensorIn(answer, "y", srShape(regionHr), network_->description.name);
        } catch (const PassIsGone&) {
            number_ = 0;
        }
    }
    return evaluate(regionHr, keep);
}

torch::Tensor HeldPass::gradient(const std::optional<Rect>& regionHr, const torch::Tensor& cotangent) {
    const std::scoped_lock lock(mutex_);
    const auto shape = srShape(regionHr);
    const auto values = valuesNamed("cotangent", shape, bytesOf(cotangent));
    constexpr int attempts = 2;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (!holder()) {
            // Of its SR the smallest part: all of it is known.
            static_cast<void>(evaluate(Rect{0, 0, 1, 1}, /*keep=*/true));
        }
        if (const auto connection = holder()) {
            try {
                const auto answer =
                    asked(*connection, {{"request", "vjp"}, {"pass", number_}, {"region", jsonOf(regionHr)}}, values,
                          network_->description.name);
                return tensorIn(answer, "gradient", lrShape_, network_->description.name);
            } catch (const PassIsGone&) {
                number_ = 0;
            }
        }
    }
    throw OutOfMemoryThere(
        fmt::format("out of memory where the network runs: {}: the server cannot hold one forward pass",
                    network_->description.name));
}

torch::Tensor HeldPass::evaluate(const std::optional<Rect>& regionHr, bool keep) {
    const auto connection = connect();
    const auto values = valuesNamed("x", lrShape_, lr_);
    Answer answer;
    try {
        answer = asked(*connection,
                       {{"request", "forward"},
                        {"network", network_->description.id},
                        {"keep", keep},
                        {"region", jsonOf(regionHr)}},
                       values, network_->description.name);
    } catch (const PassIsGone&) {
        throw Error(ErrorCode::ModelFailure,
                    fmt::format("{}: the server misses a pass that was not asked for", network_->description.name));
    }
    checkState(answer.header);
    if (keep) {
        constexpr std::int64_t mostPasses = std::int64_t{1} << 53U;
        try {
            number_ = wholeNumber(answer.header, "pass", 1, mostPasses);
        } catch (const ProtocolError& error) {
            throw Error(ErrorCode::ModelFailure,
                        fmt::format("{}: the server {}", network_->description.name, error.what()));
        }
        holder_ = connection;
    }
    return tensorIn(answer, "y", srShape(regionHr), network_->description.name);
}

void HeldPass::checkState(const nlohmann::json& answer) {
    const auto found = answer.find("state");
    if (found == answer.end() || !found->is_number_integer()) {
        return;  // a server without weights
    }
    const auto state = found->get<std::int64_t>();
    network_->state.see(state);
    if (state_.value_or(state) != state) {
        throwWeightsChanged(network_->description.name);
    }
    state_ = state;
}

std::shared_ptr<Connection> HeldPass::holder() const {
    auto connection = number_ == 0 ? nullptr : holder_.lock();
    return connection && connection->isOpen() ? connection : nullptr;
}

std::shared_ptr<Connection> HeldPass::connect() const {
    auto connection = network_->server->connection(StoppableRequests::stopOfThisThread());
    if (!connection) {
        throw EvaluationStopped();
    }
    auto address = network_->server->address();
    address.network = network_->description.id;
    // Without a hash nobody knows what a server that was started again evaluates.
    if (const bool isOther = connection != network_->describedOn.lock();
        isOther
        && (network_->description.weightsSha256.empty()
            || networkOf(connection->greeting(), address) != network_->description)) {
        throw Error(ErrorCode::ConnectionLost,
                    fmt::format("{}: the server has been started again, maybe with another network: connect to it anew",
                                network_->description.name));
    }
    return connection;
}

std::vector<std::int64_t> HeldPass::srShape(const std::optional<Rect>& regionHr) const {
    return {lrShape_[0], lrShape_[1], regionHr ? regionHr->height : lrShape_[2] * network_->description.scale,
            regionHr ? regionHr->width : lrShape_[3] * network_->description.scale};
}

}  // namespace lamscope::remote
