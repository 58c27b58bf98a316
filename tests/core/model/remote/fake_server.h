// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/torch_headers.h"
#include "support/temporary_folder.h"

namespace lamscope::test {

/// What a server does wrong with each request but `hello` and `ping`.
enum class Fault {
    None,
    Garbage,       ///< sends other bytes than a frame
    LyingHeader,   ///< announces a header of 4 GiB
    LyingPayload,  ///< announces more values than the client allows
    NotJson,       ///< a header that is no JSON
    ClosesInMidAnswer,
    NeverAnswers,  ///< but to `ping`
    Silent,        ///< not even that
    WrongShape,    ///< one row less
    NotANumber,    ///< NaN everywhere
    Exception,     ///< the network's
    OutOfMemory,   ///< for batches of more than one image
    DropsPasses,   ///< holds none for more than one request
};

/// A server of the bridge's protocol in this process: one network given by a formula, on a Unix socket of its own.
class FakeServer {
public:
    using Formula = std::function<torch::Tensor(const torch::Tensor&)>;

    struct Counts {
        std::atomic<int> connections{0};
        std::atomic<int> requests{0};  ///< but `hello`, `ping` and `cancel`
        std::atomic<int> forwards{0};
        std::atomic<int> reads{0};
        std::atomic<int> vjps{0};
        std::atomic<int> released{0};
        std::atomic<int> cancels{0};
        std::atomic<std::int64_t> bytesSent{0};
    };

    /// Listens at once. `protocol` is the version that it speaks.
    FakeServer(std::filesystem::path socket, Formula formula, int scale, int protocol = 1);
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;
    /// As if its process were killed: connections break, the socket's file goes.
    ~FakeServer();

    [[nodiscard]] std::string address() const { return "lamscope+unix://" + socket_.string(); }
    void setFault(Fault fault) { fault_ = fault; }
    /// What it says of the weights from now on; passes of other weights are not held any more. May be called by the
    /// formula.
    void setState(std::int64_t state) { state_ = state; }
    /// What it says of its networks to clients that come from now on.
    void setDescription(std::string hash, double range);
    /// An error of this code in the place of the answer to `hello`; empty: none.
    void refuseClients(std::string code);
    [[nodiscard]] const Counts& counts() const { return counts_; }

private:
    class Session;
    class Listener;

    [[nodiscard]] std::string refusal();

    std::filesystem::path socket_;
    Formula formula_;
    int scale_;
    int protocol_;
    std::atomic<Fault> fault_{Fault::None};
    std::atomic<std::int64_t> state_{0};
    std::mutex mutex_;  // of what follows
    std::string hash_ = std::string(64, 'a');
    double range_ = 1.0;
    std::string refusal_;
    Counts counts_;
    std::unique_ptr<Listener> listener_;
};

}  // namespace lamscope::test
