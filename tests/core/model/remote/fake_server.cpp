// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/remote/fake_server.h"

#include <array>
#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <cstring>
#include <limits>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/remote/frame.h"

namespace lamscope::test {

using Json = nlohmann::json;
using Socket = asio::local::stream_protocol::socket;
using remote::TensorEntry;

/// One client.
class FakeServer::Session : public std::enable_shared_from_this<Session> {
public:
    Session(FakeServer& server, Socket socket)
        : server_(server)
        , socket_(std::move(socket)) {}

    void readFrame() {
        asio::async_read(socket_, asio::buffer(prefix_),
                         [self = shared_from_this()](std::error_code error, std::size_t) {
                             if (!error) {
                                 self->readRest();
                             }
                         });
    }

private:
    struct Pass {
        torch::Tensor x;
        torch::Tensor y;
        std::int64_t state = 0;
    };

    void readRest() {
        const auto prefix = remote::parsePrefix(prefix_, remote::mostPayloadBytes);
        rest_.resize(prefix.headerBytes + prefix.payloadBytes);
        asio::async_read(socket_, asio::buffer(rest_),
                         [self = shared_from_this(), prefix](std::error_code error, std::size_t) {
                             if (!error) {
                                 self->serve(prefix);
                             }
                         });
    }

    void serve(const remote::FramePrefix& prefix) {
        const auto all = std::span<const std::byte>(rest_);
        const auto request = remote::parseHeader(all.first(prefix.headerBytes));
        const auto name = request.at("request").get<std::string>();
        if (name == "cancel") {
            ++server_.counts_.cancels;
        }
        const auto fault = server_.fault_.load();
        if (name == "hello" && !server_.refusal().empty()) {
            fail(request, server_.refusal().c_str(), "the server says no");
        } else if (name == "hello") {
            answer(request, {{"protocol", server_.protocol_},
                             {"server", "a fake"},
                             {"limits", {{"payload", std::int64_t{1} << 28U}, {"in_flight", 4}}},
                             {"networks", {network("mine"), network("other")}}});
        } else if (name == "ping" || name == "cancel") {
            if (fault != Fault::Silent) {
                answer(request, Json::object());
            }
        } else if (++server_.counts_.requests; !fails(request, fault)) {
            const auto tensors = remote::parseTensors(request, prefix.payloadBytes);
            torch::Tensor values;
            if (!tensors.empty()) {
                values = torch::empty(tensors.front().shape);
                std::memcpy(values.data_ptr<float>(), all.data() + prefix.headerBytes, prefix.payloadBytes);
            }
            evaluate(request, name, values, fault);
        }
        readFrame();
    }

    [[nodiscard]] Json network(const char* id) const {
        const std::scoped_lock lock(server_.mutex_);
        Json description{{"id", id},      {"name", id},  {"scale", server_.scale_}, {"range", server_.range_},
                         {"channels", 3}, {"frames", 1}, {"device", "here"},        {"parameters", 7}};
        description["weights_sha256"] = server_.hash_.empty() ? Json() : Json(server_.hash_);
        return description;
    }

    /// Whether the fault was all of the answer.
    bool fails(const Json& request, Fault fault) {
        switch (fault) {
            case Fault::Garbage:
                sendBytes("HTTP/1.1 400 Bad Request\r\n\r\n");
                return true;
            case Fault::LyingHeader:
                sendBytes(std::string("LSB1\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0", 16));
                return true;
            case Fault::LyingPayload:
                sendBytes(std::string("LSB1\x02\0\0\0\0\0\0\0\0\0\0\x10{}", 18));
                return true;
            case Fault::NotJson:
                sendBytes(std::string("LSB1\x04\0\0\0\0\0\0\0\0\0\0\0nope", 20));
                return true;
            case Fault::ClosesInMidAnswer:
                sendBytes(std::string("LSB1\x40\0\0\0\0\x10\0\0\0\0\0\0{\"id\"", 21));
                socket_.close();
                return true;
            case Fault::NeverAnswers:
            case Fault::Silent:
                return true;
            case Fault::Exception:
                fail(request, "exception", "RuntimeError: mat1 and mat2 shapes cannot be multiplied");
                return true;
            case Fault::None:
            case Fault::WrongShape:
            case Fault::NotANumber:
            case Fault::OutOfMemory:
            case Fault::DropsPasses:
                return false;
        }
        return false;
    }

    void evaluate(const Json& request, const std::string& name, const torch::Tensor& values, Fault fault) {
        if (name == "forward") {
            ++server_.counts_.forwards;
            if (fault == Fault::OutOfMemory && values.size(0) > 1) {
                fail(request, "out_of_memory", "CUDA out of memory");
                return;
            }
            if (fault == Fault::DropsPasses) {
                passes_.clear();
            }
            Pass pass{.x = values.clone().requires_grad_(true), .y = {}, .state = 0};
            pass.y = server_.formula_(pass.x);
            pass.state = server_.state_;
            const auto y = pass.y.detach();
            Json header{{"pass", nullptr}, {"state", pass.state}};
            if (request.value("keep", false)) {
                passes_[++lastPass_] = std::move(pass);
                header["pass"] = lastPass_;
            }
            answer(request, header, "y", spoilt(partOf(y, request), fault));
        } else if (name == "release") {
            for (const auto& number : request.at("passes")) {
                server_.counts_.released += static_cast<int>(passes_.erase(number.get<std::int64_t>()));
            }
        } else {
            const auto found = passes_.find(request.at("pass").get<std::int64_t>());
            if (found == passes_.end() || found->second.state != server_.state_) {
                fail(request, "no_pass", "the pass is not held");
            } else if (name == "read") {
                ++server_.counts_.reads;
                answer(request, Json::object(), "y", spoilt(partOf(found->second.y.detach(), request), fault));
            } else {
                ++server_.counts_.vjps;
                const auto& [x, y, state] = found->second;
                auto cotangent = torch::zeros_like(y);
                partOf(cotangent, request).copy_(values);
                const auto gradient = torch::autograd::grad({y}, {x}, {cotangent}, /*retain_graph=*/true).front();
                answer(request, Json::object(), "gradient", spoilt(gradient, fault));
            }
            if (fault == Fault::DropsPasses) {
                passes_.clear();
            }
        }
    }

    static torch::Tensor partOf(const torch::Tensor& y, const Json& request) {
        const auto& region = request.at("region");
        return region.is_null() ? y
                                : y.narrow(2, region[1].get<int>(), region[3].get<int>())
                                      .narrow(3, region[0].get<int>(), region[2].get<int>());
    }

    static torch::Tensor spoilt(const torch::Tensor& tensor, Fault fault) {
        if (fault == Fault::WrongShape) {
            return tensor.narrow(2, 0, tensor.size(2) - 1);
        }
        return fault == Fault::NotANumber ? torch::full_like(tensor, std::numeric_limits<float>::quiet_NaN()) : tensor;
    }

    void fail(const Json& request, const char* code, const char* message) {
        answer(request, {{"error", {{"code", code}, {"message", message}, {"trace", {"File \"net.py\", line 41"}}}}});
    }

    void answer(const Json& request, Json header, const char* name = nullptr, const torch::Tensor& tensor = {}) {
        header["id"] = request.at("id");
        std::vector<TensorEntry> entries;
        std::string payload;
        if (tensor.defined()) {
            const auto plain = tensor.contiguous();
            entries.push_back({.name = name, .shape = plain.sizes().vec()});
            payload.assign(reinterpret_cast<const char*>(plain.const_data_ptr<float>()), plain.nbytes());
        }
        sendBytes(remote::frameBefore(header, entries) + payload);
    }

    void sendBytes(const std::string& bytes) {
        std::error_code ignored;  // the client may have gone
        // Counted first: a client that has its answer may ask at once.
        server_.counts_.bytesSent += static_cast<std::int64_t>(bytes.size());
        asio::write(socket_, asio::buffer(bytes), ignored);
    }

    FakeServer& server_;
    Socket socket_;
    std::array<std::byte, remote::prefixBytes> prefix_{};
    std::vector<std::byte> rest_;
    std::map<std::int64_t, Pass> passes_;
    std::int64_t lastPass_ = 0;
};

class FakeServer::Listener {
public:
    explicit Listener(FakeServer& server)
        : server_(server)
        , acceptor_(io_, asio::local::stream_protocol::endpoint(server.socket_.string())) {
        accept();
        thread_ = std::thread([this] { io_.run(); });
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() {
        io_.stop();
        thread_.join();
    }

private:
    void accept() {
        acceptor_.async_accept([this](std::error_code error, Socket socket) {
            if (!error) {
                ++server_.counts_.connections;
                std::make_shared<Session>(server_, std::move(socket))->readFrame();
                accept();
            }
        });
    }

    FakeServer& server_;
    asio::io_context io_{1};
    asio::local::stream_protocol::acceptor acceptor_;
    std::thread thread_;
};

FakeServer::FakeServer(std::filesystem::path socket, Formula formula, int scale, int protocol)
    : socket_(std::move(socket))
    , formula_(std::move(formula))
    , scale_(scale)
    , protocol_(protocol)
    , listener_(std::make_unique<Listener>(*this)) {}

void FakeServer::setDescription(std::string hash, double range) {
    const std::scoped_lock lock(mutex_);
    hash_ = std::move(hash);
    range_ = range;
}

void FakeServer::refuseClients(std::string code) {
    const std::scoped_lock lock(mutex_);
    refusal_ = std::move(code);
}

std::string FakeServer::refusal() {
    const std::scoped_lock lock(mutex_);
    return refusal_;
}

FakeServer::~FakeServer() {
    listener_.reset();
    std::error_code ignored;
    std::filesystem::remove(socket_, ignored);
}

}  // namespace lamscope::test
