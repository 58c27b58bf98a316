// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "model/remote/address.h"
#include "model/remote/connection.h"
#include "model/remote/ssh_process.h"

namespace lamscope::remote {

/// A server at an address: its process where it is started over ssh, and one connection, which is opened anew when it
/// was lost. Thread-safe.
class Server {
public:
    /// Now: also before the next attempt is due, for whoever waits himself, or has just been asked by the user.
    enum class Attempt { WhenDue, Now };

    /// Does nothing yet.
    explicit Server(Address address, const Patience& patience = {});

    [[nodiscard]] const Address& address() const { return address_; }

    /// The connection of now; after a loss another one. nullptr when stopped. After an attempt that has failed, the
    /// next comes a while later, twice as long each time and 30 s at most: before, this throws at once. A server that
    /// is started over ssh is waited for as long as its process runs, two minutes at most. While one thread connects,
    /// others wait for it.
    /// Throws Error as Connection::open().
    [[nodiscard]] std::shared_ptr<Connection> connection(const std::stop_token& stop,
                                                         Attempt attempt = Attempt::WhenDue);

    struct Greeted {
        std::shared_ptr<Connection> connection;
        Greeting greeting;
    };
    /// The connection of now, or a new one at once, and what the server says on it now: it may have been open for long.
    /// nullopt when stopped. Throws as connection() and Connection::greetAgain().
    [[nodiscard]] std::optional<Greeted> greeted(const std::stop_token& stop);

private:
    [[nodiscard]] std::shared_ptr<Connection> open(const std::stop_token& stop);
    [[nodiscard]] std::shared_ptr<Connection> openOverSsh(const std::stop_token& stop);

    void noteFailure(const std::exception_ptr& failure);

    Address address_;
    Patience patience_;
    std::unique_ptr<SshProcess> ssh_;  // of whoever connects
    std::mutex mutex_;                 // of what follows
    std::condition_variable_any changed_;
    bool isOpening_ = false;
    std::shared_ptr<Connection> connection_;
    int failures_ = 0;  // since the latest connection
    std::string trouble_;
    std::chrono::steady_clock::time_point nextAttempt_;
};

/// The one server of this program at an address, whichever of its networks the address names: networks of one server
/// share its connection and its process. Thread-safe.
[[nodiscard]] std::shared_ptr<Server> serverAt(Address address);

/// The description of the network that the address names, or of the first. Throws Error(InvalidArgument) where the
/// server has no such network; the message lists those that it has.
[[nodiscard]] const NetworkDescription& networkOf(const Greeting& greeting, const Address& address);

}  // namespace lamscope::remote
