// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/remote/address.h"
#include "model/remote/frame.h"
#include "model/remote/greeting.h"

namespace lamscope::remote {

/// How long a connection waits for what.
struct Patience {
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds greeting{10'000};
    /// From one `ping` to the next, which a server answers at once, whatever it computes.
    std::chrono::milliseconds ping{20'000};
    /// Without a byte of the server: then it counts as lost.
    std::chrono::milliseconds silence{65'000};
    /// For the answer of a request that was stopped: what is nearly there is worth more than a new beginning.
    std::chrono::milliseconds afterStop{200};
};

/// A tensor on its way, float32, row-major. The values are shared: whoever stops waiting leaves them to the sender.
struct Values {
    TensorEntry entry;
    std::shared_ptr<const std::vector<std::byte>> bytes;
};

/// What a server answers, or the error that it answers with.
struct Answer {
    nlohmann::json header;
    std::vector<TensorEntry> tensors;
    std::vector<std::byte> payload;
};

/// One connection to a server, from its `hello` on. Requests of several threads are on their way together, as many as
/// the server allows; further ones wait. A thread of the connection's own sends, receives and pings. Thread-safe.
class Connection {
public:
    /// Connects to a socket or to TCP and says `hello`; nullptr when stopped. Throws Error: ConnectionLost (nobody
    /// listens, no answer in time, the server has no place), ModelFailure (the token is wrong, the versions do not fit,
    /// it does not follow the protocol).
    [[nodiscard]] static std::shared_ptr<Connection> open(const Address& address, const Patience& patience,
                                                          const std::stop_token& stop);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    /// Waits for nothing: what is on its way is dropped.
    ~Connection();

    [[nodiscard]] const Greeting& greeting() const;
    /// What the server says now, where it knows more or other than greeting(): a network may have been trained since.
    /// nullopt when stopped. Throws as ask(), and as open() where the answer does not follow the protocol.
    [[nodiscard]] std::optional<Greeting> greetAgain(const std::stop_token& stop);
    /// Whether it can be used, as far as is known.
    [[nodiscard]] bool isOpen() const;

    /// Sends a request, an object without `id`, and waits for its answer, which may be an error of the server's.
    /// nullopt when stopped: the request is then cancelled. Throws Error: ConnectionLost, ModelFailure (the server does
    /// not follow the protocol), InvalidArgument (the values are more than the server takes).
    [[nodiscard]] std::optional<Answer> ask(nlohmann::json request, const std::optional<Values>& values,
                                            const std::stop_token& stop);

    /// Sends a request whose answer nobody waits for. Nothing happens where the connection is lost.
    void tell(nlohmann::json request);

private:
    class Inside;

public:
    explicit Connection(std::unique_ptr<Inside> inside);  // for open()

private:
    std::unique_ptr<Inside> inside_;
};

}  // namespace lamscope::remote
