#include "meridian/net/mqtt_client.hpp"

#include "net/support.hpp"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>

using namespace meridian;
using namespace meridian::net;
using namespace meridian::net::test;
using namespace std::chrono_literals;

namespace {

/// A child process whose output is read line by line; it ends with this object.
class process {
public:
    explicit process(std::vector<std::string> command) {
        int ends[2];
        if (::pipe(ends) != 0)
            throw std::runtime_error("pipe");
        id_ = ::fork();
        if (id_ == 0) {
            ::dup2(ends[1], 1);
            ::dup2(ends[1], 2);
            ::close(ends[0]);
            std::vector<char*> arguments;
            for (auto& each : command)
                arguments.push_back(each.data());
            arguments.push_back(nullptr);
            ::execvp(arguments.front(), arguments.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        output_ = ::fdopen(ends[0], "r");
    }
    ~process() {
        stop();
        std::fclose(output_);
    }
    void stop() {
        if (id_ <= 0)
            return;
        ::kill(id_, SIGTERM);
        ::waitpid(id_, nullptr, 0);
        id_ = -1;
    }
    /// The next line that begins with `prefix`, without it.
    std::string line(const std::string& prefix) {
        char text[4'096];
        while (std::fgets(text, sizeof text, output_) != nullptr) {
            std::string found(text);
            if (found.starts_with(prefix))
                return found.substr(prefix.size(), found.size() - prefix.size() - 1);
        }
        return "the process ended";
    }

private:
    pid_t id_ = -1;
    std::FILE* output_ = nullptr;
};

std::uint16_t free_port() {
    asio::io_context context;
    tcp::acceptor taken(context, {asio::ip::address_v4::loopback(), 0});
    return taken.local_endpoint().port();
}

/// A real mosquitto: open to all, to user `u` with password `p:w`, and with TLS.
class mqtt_broker {
public:
    mqtt_broker() {
        std::ofstream config(files_.directory() + "/mosquitto.conf");
        const auto passwords = files_.directory() + "/passwords";
        if (std::system(
                ("mosquitto_passwd -b -c " + passwords + " u p:w >/dev/null 2>&1").c_str()) != 0)
            throw std::runtime_error("mosquitto_passwd failed");
        config << "per_listener_settings true\nuser root\nlog_dest none\n"
               << "listener " << open << " 127.0.0.1\nallow_anonymous true\n"
               << "listener " << guarded << " 127.0.0.1\nallow_anonymous false\npassword_file "
               << passwords << "\n"
               << "listener " << secure << " 127.0.0.1\nallow_anonymous true\ncertfile "
               << files_.file() << "\nkeyfile " << files_.key() << "\n";
        config.close();
        start();
    }
    void start() {
        broker_.emplace(
            std::vector<std::string>{"mosquitto", "-c", files_.directory() + "/mosquitto.conf"});
        asio::io_context context;
        for (int i = 0; i < 500; ++i) {
            tcp::socket probe(context);
            boost::system::error_code error;
            probe.connect({asio::ip::address_v4::loopback(), secure}, error);
            if (!error)
                return;
            std::this_thread::sleep_for(10ms);
        }
        throw std::runtime_error("mosquitto did not start");
    }
    void stop() { broker_.reset(); }
    std::string uri(std::string_view topic) const {
        return "mqtt://127.0.0.1:" + std::to_string(open) + "/" + std::string(topic);
    }
    std::string ca_file() const { return files_.file(); }

    const std::uint16_t open = free_port();
    const std::uint16_t guarded = free_port();
    const std::uint16_t secure = free_port();

private:
    certificate files_;
    std::optional<process> broker_;
};

/// mosquitto_sub on the open listener, subscribed when the constructor returns.
class receiver : public process {
public:
    explicit receiver(const mqtt_broker& broker)
        : process({"stdbuf", "-oL", "mosquitto_sub", "-d", "-h", "127.0.0.1", "-p",
                   std::to_string(broker.open), "-V", "5", "-q", "2", "-t", "#", "-F",
                   "MESSAGE %q %t %p %P"}) {
        (void)line("Subscribed");
    }
    std::string next() { return line("MESSAGE "); }
};

class publishing : public testing::Test {
protected:
    static void SetUpTestSuite() { broker = std::make_unique<mqtt_broker>(); }
    static void TearDownTestSuite() { broker.reset(); }

    result<void> publish(mqtt_client& client, mqtt_message message) {
        std::optional<result<void>> out;
        asio::co_spawn(
            context_, client.publish(std::move(message)),
            [&](const std::exception_ptr&, result<void> got) { out.emplace(std::move(got)); });
        context_.restart();
        context_.run();
        return std::move(*out);
    }
    problem_kind refusal(mqtt_client& client, mqtt_message message) {
        auto got = publish(client, std::move(message));
        EXPECT_FALSE(got.has_value());
        return got ? problem_kind::conflict : got.error().kind();
    }

    static std::unique_ptr<mqtt_broker> broker;
    asio::io_context context_{1};
};
std::unique_ptr<mqtt_broker> publishing::broker;

using clause_7_2_mqtt_client = publishing;

} // namespace

TEST_F(clause_7_2_mqtt_client, messages_arrive_with_each_quality_and_version) {
    receiver subscriber(*broker);
    mqtt_client client(mqtt_settings{});
    for (const auto version : {mqtt_version::v5_0, mqtt_version::v3_1_1}) {
        for (int quality = 0; quality <= 2; ++quality) {
            mqtt_message message(broker->uri("a/b%20c"), "{\"n\":" + std::to_string(quality) + "}");
            message.version = version;
            message.quality = quality;
            message.user_properties = {{"k", "v"}};
            const auto sent = publish(client, message);
            ASSERT_TRUE(sent.has_value()) << sent.error().detail();
            const auto n = std::to_string(quality);
            EXPECT_EQ(subscriber.next(), n + " a/b c {\"n\":" + n + "} " +
                                             (version == mqtt_version::v5_0 ? "k:v" : ""));
        }
    }
}

TEST_F(clause_7_2_mqtt_client, many_messages_share_a_connection_and_keep_their_order) {
    receiver subscriber(*broker);
    mqtt_client client(mqtt_settings{});
    int good = 0;
    for (int i = 0; i < 100; ++i) {
        mqtt_message message(broker->uri("many"), std::to_string(i));
        message.quality = 1;
        asio::co_spawn(context_, client.publish(std::move(message)),
                       [&](const std::exception_ptr&, const result<void>& got) {
                           good += got.has_value() ? 1 : 0;
                       });
    }
    context_.run();
    EXPECT_EQ(good, 100);
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(subscriber.next(), "1 many " + std::to_string(i) + " ");
}

TEST_F(clause_7_2_mqtt_client, credentials_of_the_uri_are_used) {
    mqtt_client client(mqtt_settings{});
    const auto at = "@127.0.0.1:" + std::to_string(broker->guarded) + "/t";
    for (const auto version : {mqtt_version::v5_0, mqtt_version::v3_1_1}) {
        mqtt_message good("mqtt://u:p%3Aw" + at, "x");
        good.version = version;
        good.quality = 1;
        const auto sent = publish(client, good);
        EXPECT_TRUE(sent.has_value()) << sent.error().detail();
        mqtt_message bad("mqtt://u:wrong" + at, "x");
        bad.version = version;
        EXPECT_EQ(refusal(client, bad), problem_kind::bad_gateway);
    }
}

TEST_F(clause_7_2_mqtt_client, tls_is_verified) {
    const auto uri = "mqtts://localhost:" + std::to_string(broker->secure) + "/t";
    mqtt_settings trusting;
    trusting.ca_file = broker->ca_file();
    mqtt_client client(trusting);
    mqtt_message message(uri, "x");
    message.quality = 2;
    const auto sent = publish(client, message);
    EXPECT_TRUE(sent.has_value()) << sent.error().detail();
    mqtt_client doubting{mqtt_settings{}};
    EXPECT_EQ(refusal(doubting, message), problem_kind::bad_gateway);
}

TEST_F(clause_7_2_mqtt_client, a_broker_that_comes_back_is_reached_again) {
    mqtt_broker own;
    mqtt_client client(mqtt_settings{});
    mqtt_message message(own.uri("t"), "x");
    message.quality = 1;
    ASSERT_TRUE(publish(client, message).has_value());
    own.stop();
    EXPECT_EQ(refusal(client, message), problem_kind::bad_gateway);
    own.start();
    bool reached = false;
    for (int i = 0; i < 100 && !reached; ++i)
        reached = publish(client, message).has_value();
    EXPECT_TRUE(reached);
}

TEST_F(clause_7_2_mqtt_client, what_cannot_be_sent_or_reached_is_a_problem) {
    mqtt_client client(mqtt_settings{});
    EXPECT_EQ(refusal(client, mqtt_message("http://h/t", "x")), problem_kind::bad_request_data);
    mqtt_message quality(broker->uri("t"), "x");
    quality.quality = 3;
    EXPECT_EQ(refusal(client, quality), problem_kind::bad_request_data);
    mqtt_message closed("mqtt://127.0.0.1:" + std::to_string(free_port()) + "/t", "x");
    EXPECT_EQ(refusal(client, closed), problem_kind::bad_gateway);
    EXPECT_EQ(refusal(client, mqtt_message("mqtt://169.254.169.254/t", "x")),
              problem_kind::bad_gateway);
    mqtt_settings strict;
    strict.egress.allow_loopback = false;
    mqtt_client guarded(strict);
    EXPECT_EQ(refusal(guarded, mqtt_message(broker->uri("t"), "x")), problem_kind::bad_gateway);
}

TEST_F(clause_7_2_mqtt_client, a_peer_that_says_nothing_is_given_up) {
    scripted_peer silent([](tcp::socket& socket, int) {
        std::string buffer;
        (void)take_request(socket, buffer);
    });
    mqtt_settings settings;
    settings.connect_timeout = 100ms;
    mqtt_client client(settings);
    const auto uri = "mqtt://127.0.0.1:" + std::to_string(silent.port()) + "/t";
    EXPECT_EQ(refusal(client, mqtt_message(uri, "x")), problem_kind::gateway_timeout);
    mqtt_message hurried(uri, "x");
    hurried.timeout = 20ms;
    EXPECT_EQ(refusal(client, hurried), problem_kind::gateway_timeout);
}

TEST_F(clause_7_2_mqtt_client, the_connection_used_longest_ago_gives_way) {
    mqtt_settings settings;
    settings.connections = 1;
    mqtt_client client(settings);
    for (int i = 0; i < 4; ++i) {
        mqtt_message message(broker->uri("t"), "x");
        message.version = i % 2 == 0 ? mqtt_version::v5_0 : mqtt_version::v3_1_1;
        message.quality = 1;
        EXPECT_TRUE(publish(client, message).has_value());
    }
}
