// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/remote/connection.h"

#include <algorithm>
#include <array>
#include <asio/executor_work_guard.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/version.h"

namespace lamscope::remote {

namespace {

using Clock = std::chrono::steady_clock;
using Stream = asio::generic::stream_protocol;

/// Of a payload, what is made room for at once: a receiver has what has arrived, not what was announced.
constexpr std::size_t pieceBytes = std::size_t{1} << 20U;

std::string inWords(const std::error_code& error, const Address& address) {
    if (error == asio::error::connection_refused) {
        return "nobody listens there; is the server running?";
    }
    if (error.value() == ENOENT) {  // of Asio's own category, which does not know std::errc
        return "there is no such socket; is the server running?";
    }
    if (error == asio::error::access_denied) {
        return "the socket belongs to another user";
    }
    if (error == asio::error::eof || error == asio::error::connection_reset || error == asio::error::broken_pipe) {
        return "the server has closed the connection";
    }
    if (error == asio::error::host_not_found || error == asio::error::host_not_found_try_again) {
        return fmt::format("the host {} is not known", address.host);
    }
    return error.message();
}

/// Of `hello`, for reasons that the next attempt would meet again.
bool isRefusal(std::string_view code) {
    return code == "token" || code == "protocol";
}

double secondsOf(std::chrono::milliseconds time) {
    return std::chrono::duration<double>(time).count();
}

/// The message of an error that a server sends.
std::string messageIn(const nlohmann::json& error) {
    if (!error.is_object()) {
        return "the server sends an error without words";
    }
    const auto found = error.find("message");
    return found != error.end() && found->is_string() ? shownText(found->get_ref<const std::string&>())
                                                      : "the server sends an error without words";
}

/// Looks a host's name up on a thread of its own, which the system may hold for many seconds: whoever has asked need
/// not wait for it.
class Lookup : public std::enable_shared_from_this<Lookup> {
public:
    using Found = std::function<void(const std::error_code& error, std::deque<Stream::endpoint> places)>;

    /// `found` is called on the thread of `io`.
    void begin(asio::io_context& io, const std::string& host, std::uint16_t port, Found found) {
        {
            const std::scoped_lock lock(mutex_);
            io_ = &io;
        }
        std::thread([self = shared_from_this(), host, port, found = std::move(found)] {
            asio::io_context own;
            asio::ip::tcp::resolver resolver(own);
            std::error_code error;
            std::deque<Stream::endpoint> places;
            for (const auto& each : resolver.resolve(host, std::to_string(port), error)) {
                places.emplace_back(each.endpoint());
            }
            const std::scoped_lock lock(self->mutex_);
            if (self->io_ != nullptr) {
                asio::post(*self->io_, [found, error, places = std::move(places)] { found(error, places); });
            }
        }).detach();
    }

    /// Nobody waits any more: `found` is not called, and `io` may go.
    void forget() {
        const std::scoped_lock lock(mutex_);
        io_ = nullptr;
    }

private:
    std::mutex mutex_;
    asio::io_context* io_ = nullptr;
};

}  // namespace

/// Members before `mutex_` are touched on the connection's own thread alone once that runs, those behind it under the
/// mutex.
class Connection::Inside {
public:
    Inside(Address address, const Patience& patience)
        : address_(std::move(address))
        , patience_(patience)
        , thread_([this] { io_.run(); }) {}
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() {
        lookup_->forget();
        io_.stop();
        thread_.join();
    }

    /// False when stopped.
    [[nodiscard]] bool connect(const std::stop_token& stop) {
        asio::post(io_, [this] { startConnecting(); });
        std::unique_lock lock(mutex_);
        const bool settled = changed_.wait_for(lock, stop, patience_.connect, [this] { return isConnected_ || lost_; });
        if (stop.stop_requested()) {
            return false;
        }
        if (!settled) {
            lose({ErrorCode::ConnectionLost, noAnswerWithin(patience_.connect)});
        }
        throwIfLost();
        return true;
    }

    /// False when stopped.
    [[nodiscard]] bool greet(const std::stop_token& stop) {
        auto greeting = askGreeting(stop, patience_.greeting);
        if (!greeting) {
            return false;
        }
        greeting_ = std::move(*greeting);
        const std::scoped_lock lock(mutex_);
        mostInFlight_ = static_cast<std::size_t>(greeting_.inFlight);
        asio::post(io_, [this] { pingLater(); });  // before `hello` is answered, nothing else may be asked
        return true;
    }

    /// nullopt when stopped.
    [[nodiscard]] std::optional<Greeting> askGreeting(const std::stop_token& stop,
                                                      std::optional<std::chrono::milliseconds> patience) {
        nlohmann::json hello{{"request", "hello"},
                             {"protocol", protocolVersion},
                             {"client", "Lamscope " + version()},
                             {"max_payload", mostPayloadBytes}};
        if (!address_.token.empty()) {
            hello["token"] = address_.token;
        }
        const auto answer = ask(std::move(hello), std::nullopt, stop, patience);
        if (!answer) {
            return std::nullopt;
        }
        try {
            if (const auto error = answer->header.find("error"); error != answer->header.end()) {
                const auto other = answer->header.find("protocol");
                const bool isOther = other != answer->header.end() && other->is_number_integer();
                const bool isFinal = isOther || (error->is_object() && isRefusal(textMember(*error, "code")));
                throw Error(
                    isFinal ? ErrorCode::ModelFailure : ErrorCode::ConnectionLost,
                    named(isOther ? "the server " + versionTrouble(other->get<std::int64_t>()) : messageIn(*error)));
            }
            return greetingFrom(answer->header);
        } catch (const ProtocolError& error) {
            throw Error(ErrorCode::ModelFailure, named(fmt::format("the server {}", error.what())));
        }
    }

    [[nodiscard]] const Greeting& greeting() const { return greeting_; }

    [[nodiscard]] bool isOpen() const {
        const std::scoped_lock lock(mutex_);
        return isConnected_ && !lost_;
    }

    [[nodiscard]] std::optional<Answer> ask(nlohmann::json request, const std::optional<Values>& values,
                                            const std::stop_token& stop,
                                            std::optional<std::chrono::milliseconds> patience = std::nullopt) {
        if (values && values->bytes->size() > greeting_.mostPayload) {
            throw Error(ErrorCode::InvalidArgument,
                        named(fmt::format("a request of {} bytes is more than the {} that the server takes: choose a "
                                          "smaller image or --context",
                                          values->bytes->size(), greeting_.mostPayload)));
        }
        std::unique_lock lock(mutex_);
        const bool hasPlace = changed_.wait(lock, stop, [this] { return lost_ || pending_.size() < mostInFlight_; });
        if (!hasPlace || (lost_ && stop.stop_requested())) {
            return std::nullopt;
        }
        throwIfLost();
        const auto id = ++lastId_;
        const auto answer = std::make_shared<std::optional<Answer>>();
        pending_.emplace(id, answer);
        lock.unlock();
        request["id"] = id;
        send(request, values);
        lock.lock();
        const auto isSettled = [&] { return lost_ || answer->has_value(); };
        bool settled =
            patience ? changed_.wait_for(lock, stop, *patience, isSettled) : changed_.wait(lock, stop, isSettled);
        if (!settled && !stop.stop_requested()) {
            lose({ErrorCode::ConnectionLost, noAnswerWithin(*patience)});
        } else if (!settled) {
            settled = changed_.wait_for(lock, patience_.afterStop, isSettled);
            if (!settled) {  // its place is free again when the server has answered
                lock.unlock();
                tell({{"request", "cancel"}, {"cancel", id}});
                return std::nullopt;
            }
        }
        if (answer->has_value()) {
            return std::move(*answer);
        }
        if (stop.stop_requested()) {
            return std::nullopt;  // nobody asks why
        }
        throwIfLost();
        return std::nullopt;
    }

    void tell(nlohmann::json request) {
        {
            const std::scoped_lock lock(mutex_);
            if (lost_) {
                return;
            }
            request["id"] = ++lastId_;
        }
        send(request, std::nullopt);
    }

private:
    struct Loss {
        ErrorCode code = ErrorCode::ConnectionLost;
        std::string why;
    };

    struct Outgoing {
        std::string before;                                     // the payload
        std::shared_ptr<const std::vector<std::byte>> payload;  // null: none
    };

    [[nodiscard]] std::string named(const std::string& what) const {
        return fmt::format("{}: {}", address_.shown(), what);
    }

    [[nodiscard]] static std::string noAnswerWithin(std::chrono::milliseconds time) {
        return fmt::format("there is no answer within {:.3g} s", secondsOf(time));
    }

    // --- under the mutex
    void throwIfLost() const {
        if (lost_) {
            throw Error(lost_->code, named(lost_->why));
        }
    }

    void lose(Loss loss) {
        if (!lost_) {
            lost_ = std::move(loss);
        }
        changed_.notify_all();
        asio::post(io_, [this] { close(); });
    }

    // --- on the connection's thread
    void fail(ErrorCode code, std::string why) {
        const std::scoped_lock lock(mutex_);
        lose({code, std::move(why)});
    }

    void fail(const std::error_code& error) { fail(ErrorCode::ConnectionLost, inWords(error, address_)); }

    /// Runs a step of reading, whose exceptions end the connection.
    template <typename Step>
    void guarded(const Step& step) {
        try {
            step();
        } catch (const ProtocolError& error) {
            fail(ErrorCode::ModelFailure, fmt::format("the server {}", error.what()));
        } catch (const std::exception& error) {
            fail(ErrorCode::ConnectionLost, error.what());
        }
    }

    void close() {
        std::error_code ignored;
        socket_.close(ignored);
        ping_.cancel();
    }

    void startConnecting() {
        guarded([this] {
            if (address_.transport == Address::Transport::Unix) {
                connectToOne({Stream::endpoint(asio::local::stream_protocol::endpoint(address_.socket))});
                return;
            }
            std::error_code isName;
            if (const auto number = asio::ip::make_address(address_.host, isName); !isName) {
                connectToOne({Stream::endpoint(asio::ip::tcp::endpoint(number, address_.port))});
                return;
            }
            lookup_->begin(io_, address_.host, address_.port,
                           [this](const std::error_code& error, std::deque<Stream::endpoint> places) {
                               if (error) {
                                   fail(error);
                               } else {
                                   connectToOne(std::move(places));
                               }
                           });
        });
    }

    /// A name may stand for several numbers, of which one listens.
    void connectToOne(std::deque<Stream::endpoint> places) {
        const auto place = places.front();
        places.pop_front();
        std::error_code ignored;
        socket_.close(ignored);
        socket_.async_connect(place, [this, left = std::move(places)](const std::error_code& error) {
            if (error && !left.empty() && error != asio::error::operation_aborted) {
                connectToOne(left);
            } else if (error) {
                fail(error);
            } else {
                begin();
            }
        });
    }

    void begin() {
        if (address_.transport == Address::Transport::Tcp) {
            std::error_code ignored;
            socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
            socket_.set_option(asio::socket_base::keep_alive(true), ignored);
        }
        heard_ = Clock::now();
        {
            const std::scoped_lock lock(mutex_);
            isConnected_ = true;
        }
        changed_.notify_all();
        readPrefix();
    }

    void readPrefix() {
        asio::async_read(socket_, asio::buffer(prefix_), [this](const std::error_code& error, std::size_t) {
            if (error) {
                fail(error);
                return;
            }
            heard_ = Clock::now();
            guarded([this] {
                const auto prefix = parsePrefix(prefix_, mostPayloadBytes);
                payloadBytes_ = static_cast<std::size_t>(prefix.payloadBytes);
                headerBytes_.resize(prefix.headerBytes);
                readHeader();
            });
        });
    }

    void readHeader() {
        asio::async_read(socket_, asio::buffer(headerBytes_), [this](const std::error_code& error, std::size_t) {
            if (error) {
                fail(error);
                return;
            }
            heard_ = Clock::now();
            guarded([this] {
                incoming_ = {};
                incoming_.header = parseHeader(headerBytes_);
                incoming_.tensors = parseTensors(incoming_.header, payloadBytes_);
                readPayload();
            });
        });
    }

    void readPayload() {
        const auto have = incoming_.payload.size();
        if (have == payloadBytes_) {
            deliver();
            readPrefix();
            return;
        }
        const auto piece = std::min(payloadBytes_ - have, pieceBytes);
        incoming_.payload.resize(have + piece);
        asio::async_read(socket_, asio::buffer(incoming_.payload.data() + have, piece),
                         [this](const std::error_code& error, std::size_t) {
                             if (error) {
                                 fail(error);
                                 return;
                             }
                             heard_ = Clock::now();
                             guarded([this] { readPayload(); });
                         });
    }

    void deliver() {
        const auto& header = incoming_.header;
        const auto id = header.find("id");
        if (id == header.end() || !id->is_number_unsigned()) {
            const auto error = header.find("error");
            fail(error == header.end() ? ErrorCode::ModelFailure : ErrorCode::ConnectionLost,
                 error == header.end() ? "the server sends an answer that belongs to no request" : messageIn(*error));
            return;
        }
        const std::scoped_lock lock(mutex_);
        const auto found = pending_.find(id->get<std::uint64_t>());
        if (found != pending_.end()) {  // nobody waits for the answers of tell()
            *found->second = std::move(incoming_);
            pending_.erase(found);
            changed_.notify_all();
        }
    }

    void pingLater() {
        ping_.expires_after(patience_.ping);
        ping_.async_wait([this](const std::error_code& error) {
            if (error) {
                return;
            }
            if (Clock::now() - heard_ > patience_.silence) {
                fail(ErrorCode::ConnectionLost,
                     fmt::format("the server has been silent for {:.3g} s", secondsOf(patience_.silence)));
                return;
            }
            tell({{"request", "ping"}});
            pingLater();
        });
    }

    void send(const nlohmann::json& request, const std::optional<Values>& values) {
        const auto tensors = values ? std::span(&values->entry, 1) : std::span<const TensorEntry>();
        Outgoing frame{.before = frameBefore(request, tensors), .payload = values ? values->bytes : nullptr};
        asio::post(io_, [this, frame = std::move(frame)]() mutable {
            outgoing_.push_back(std::move(frame));
            if (outgoing_.size() == 1) {
                write();
            }
        });
    }

    void write() {
        const auto& [before, payload] = outgoing_.front();
        const std::array buffers{asio::const_buffer(asio::buffer(before)),
                                 payload ? asio::const_buffer(asio::buffer(*payload)) : asio::const_buffer()};
        const auto progress = [this](const std::error_code& error, std::size_t) -> std::size_t {
            if (outgoing_.front().payload) {
                heard_ = Clock::now();  // who takes many values is there; a ping goes into the system's buffers
            }
            return error ? 0 : pieceBytes;
        };
        asio::async_write(socket_, buffers, progress, [this](const std::error_code& error, std::size_t) {
            if (error) {
                fail(error);
                return;
            }
            outgoing_.pop_front();
            if (!outgoing_.empty()) {
                write();
            }
        });
    }

    Address address_;
    Patience patience_;
    Greeting greeting_;  // written once, before anybody else has the connection
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    Stream::socket socket_{io_};
    std::shared_ptr<Lookup> lookup_ = std::make_shared<Lookup>();
    asio::steady_timer ping_{io_};
    Clock::time_point heard_;  // from the server, the latest
    std::array<std::byte, prefixBytes> prefix_{};
    std::size_t payloadBytes_ = 0;  // of the frame that is read
    std::vector<std::byte> headerBytes_;
    Answer incoming_;
    std::deque<Outgoing> outgoing_;  // the first is on its way

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    bool isConnected_ = false;
    std::optional<Loss> lost_;
    std::uint64_t lastId_ = 0;
    std::size_t mostInFlight_ = 1;
    std::map<std::uint64_t, std::shared_ptr<std::optional<Answer>>> pending_;
    std::thread thread_;  // last: it uses all the others
};

std::shared_ptr<Connection> Connection::open(const Address& address, const Patience& patience,
                                             const std::stop_token& stop) {
    auto inside = std::make_unique<Inside>(address, patience);
    if (!inside->connect(stop) || !inside->greet(stop)) {
        return nullptr;
    }
    return std::make_shared<Connection>(std::move(inside));
}

Connection::Connection(std::unique_ptr<Inside> inside)
    : inside_(std::move(inside)) {}

Connection::~Connection() = default;

const Greeting& Connection::greeting() const {
    return inside_->greeting();
}

std::optional<Greeting> Connection::greetAgain(const std::stop_token& stop) {
    return inside_->askGreeting(stop, std::nullopt);
}

bool Connection::isOpen() const {
    return inside_->isOpen();
}

std::optional<Answer> Connection::ask(nlohmann::json request, const std::optional<Values>& values,
                                      const std::stop_token& stop) {
    return inside_->ask(std::move(request), values, stop);
}

void Connection::tell(nlohmann::json request) {
    inside_->tell(std::move(request));
}

}  // namespace lamscope::remote
