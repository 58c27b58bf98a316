// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/remote/server.h"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/remote/script_ended.h"

namespace lamscope::remote {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto firstPause = std::chrono::milliseconds(250);
constexpr auto longestPause = std::chrono::milliseconds(30'000);
/// Until a script that was started over ssh listens: it reads PyTorch from a network drive, and its weights.
constexpr auto longestStart = std::chrono::minutes(2);
constexpr auto betweenTries = std::chrono::milliseconds(250);

/// False when stopped.
bool pause(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace

Server::Server(Address address, const Patience& patience)
    : address_(std::move(address))
    , patience_(patience) {}

std::shared_ptr<Connection> Server::connection(const std::stop_token& stop, Attempt attempt) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return !isOpening_; })) {
        return nullptr;
    }
    if (connection_ && connection_->isOpen()) {
        return connection_;
    }
    if (attempt == Attempt::WhenDue && failures_ > 0 && Clock::now() < nextAttempt_) {
        throw Error(ErrorCode::ConnectionLost, trouble_);
    }
    connection_.reset();
    isOpening_ = true;
    lock.unlock();
    std::shared_ptr<Connection> opened;
    std::exception_ptr failure;
    try {
        opened = open(stop);
    } catch (...) {
        failure = std::current_exception();
    }
    lock.lock();
    isOpening_ = false;
    changed_.notify_all();
    if (failure) {
        noteFailure(failure);
        std::rethrow_exception(failure);
    }
    failures_ = opened ? 0 : failures_;
    connection_ = opened;
    return opened;
}

std::optional<Server::Greeted> Server::greeted(const std::stop_token& stop) {
    std::shared_ptr<Connection> before;
    {
        const std::scoped_lock lock(mutex_);
        before = connection_;
    }
    auto connection = this->connection(stop, Attempt::Now);
    if (!connection) {
        return std::nullopt;
    }
    if (connection != before) {
        return Greeted{.connection = connection, .greeting = connection->greeting()};
    }
    auto greeting = connection->greetAgain(stop);
    return greeting ? std::optional(Greeted{.connection = connection, .greeting = std::move(*greeting)}) : std::nullopt;
}

void Server::noteFailure(const std::exception_ptr& failure) {
    const auto waited = firstPause * (1U << static_cast<unsigned>(std::min(failures_, 7)));
    nextAttempt_ = Clock::now() + std::min<std::chrono::milliseconds>(waited, longestPause);
    ++failures_;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        trouble_ = error.what();
    }
}

std::shared_ptr<Connection> Server::open(const std::stop_token& stop) {
    return address_.transport == Address::Transport::Ssh ? openOverSsh(stop)
                                                         : Connection::open(address_, patience_, stop);
}

std::shared_ptr<Connection> Server::openOverSsh(const std::stop_token& stop) {
    ssh_.reset();  // of a connection that was lost
    auto process = std::make_unique<SshProcess>(address_);
    const auto end = Clock::now() + longestStart;
    std::string trouble;
    do {
        if (const auto ended = process->ended()) {
            const auto words = fmt::format("{}: {}", address_.shown(), ended->words);
            if (ended->byItself) {
                throw ScriptEnded(words);
            }
            throw Error(ErrorCode::ConnectionLost, words);
        }
        try {
            // ssh accepts before the script listens, and closes.
            if (auto connection = Connection::open(process->local(), patience_, stop)) {
                ssh_ = std::move(process);
                return connection;
            }
        } catch (const Error& error) {
            if (error.code() != ErrorCode::ConnectionLost) {
                throw;
            }
            trouble = error.what();
        }
        if (!pause(betweenTries, stop)) {
            return nullptr;
        }
    } while (Clock::now() < end);
    throw Error(ErrorCode::ConnectionLost,
                fmt::format("{}: the script does not listen after {} s; does it call lamscope.serve()? ({})",
                            address_.shown(), std::chrono::seconds(longestStart).count(), trouble));
}

std::shared_ptr<Server> serverAt(Address address) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<Server>> servers;
    address.network.clear();
    const std::scoped_lock lock(mutex);
    std::erase_if(servers, [](const auto& each) { return each.second.expired(); });
    auto& known = servers[address.toString()];
    auto server = known.lock();
    if (!server) {
        server = std::make_shared<Server>(std::move(address));
        known = server;
    }
    return server;
}

const NetworkDescription& networkOf(const Greeting& greeting, const Address& address) {
    const auto& networks = greeting.networks;
    if (address.network.empty()) {
        return networks.front();
    }
    const auto found = std::ranges::find(networks, address.network, &NetworkDescription::id);
    if (found == networks.end()) {
        std::vector<std::string> ids;
        std::ranges::transform(networks, std::back_inserter(ids), &NetworkDescription::id);
        throw Error(ErrorCode::InvalidArgument, fmt::format("{}: the server has no network {}; it has {}",
                                                            address.shown(), address.network, fmt::join(ids, ", ")));
    }
    return *found;
}

}  // namespace lamscope::remote
