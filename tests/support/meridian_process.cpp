#include "support/meridian_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace meridian::test {
namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

[[noreturn]] void become(char* const* arguments, const char* output, const char* errors) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::dup2(::open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    ::dup2(::open(errors, O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
    ::close_range(STDERR_FILENO + 1, ~0U, 0);
    ::execvp(arguments[0], arguments);
    ::_exit(127);
}

/// The port that the greeting names; 0 while there is none.
std::uint16_t announced_port(const std::filesystem::path& output) {
    const auto text = text_of(output);
    constexpr std::string_view before = "listens on http";
    const auto at = text.find(before);
    if (at == std::string::npos)
        return 0;
    const auto colon = text.find(':', text.find("//", at));
    return static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1)));
}

} // namespace

bool wait_for(const std::function<bool()>& is_so, std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!is_so()) {
        if (std::chrono::steady_clock::now() > until)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return true;
}

child_process::child_process(const std::vector<std::string>& command,
                             const std::filesystem::path& output) {
    std::vector<char*> arguments;
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str())); // execvp's signature; it only reads
    arguments.push_back(nullptr);
    const std::string out = output.string();
    const std::string errors = out + ".err";
    pid_ = ::fork();
    if (pid_ == 0)
        become(arguments.data(), out.c_str(), errors.c_str());
    if (pid_ < 0)
        throw std::runtime_error("cannot start " + command.front());
}

child_process::~child_process() {
    if (!runs())
        return;
    signal(SIGTERM);
    if (wait() == -1) {
        signal(SIGKILL);
        wait();
    }
}

void child_process::signal(int number) const {
    if (status_ == -1)
        ::kill(pid_, number);
}

bool child_process::runs() {
    return wait(std::chrono::milliseconds{0}) == -1;
}

int child_process::wait(std::chrono::milliseconds limit) {
    (void)wait_for(
        [this] {
            int status = 0;
            if (status_ == -1 && ::waitpid(pid_, &status, WNOHANG) == pid_)
                status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            return status_ != -1;
        },
        limit);
    return status_;
}

meridian_process::meridian_process(std::vector<std::string> flags) : flags_(std::move(flags)) {
    start();
}

meridian_process::~meridian_process() {
    process_.reset();
    // A killed broker's cluster runs on.
    if (const int left = postmaster(); left > 0) {
        ::kill(left, SIGINT);
        (void)wait_for([this] { return postmaster() == 0; });
    }
}

void meridian_process::start(const std::vector<std::string>& flags) {
    process_.reset();
    const auto output = folder() / "greeting";
    std::filesystem::remove(output);
    std::vector<std::string> command{std::string(MERIDIAN_BINARY_DIR) + "/meridian",
                                     "serve",
                                     "--port=0",
                                     "--log-level=warn",
                                     "--embedded-shared-buffers=32MiB",
                                     "--data-dir=" + (folder() / "data").string()};
    command.insert(command.end(), flags_.begin(), flags_.end());
    command.insert(command.end(), flags.begin(), flags.end());
    process_ = std::make_unique<child_process>(command, output);
    port_ = 0;
    const bool began =
        wait_for([&] { return (port_ = announced_port(output)) != 0 || !process_->runs(); },
                 std::chrono::seconds(90));
    if (!began || port_ == 0)
        throw std::runtime_error("meridian does not start: " + text_of(output.string() + ".err"));
}

int meridian_process::stop() {
    process_->signal(SIGTERM);
    return process_->wait();
}

void meridian_process::kill() {
    process_->signal(SIGKILL);
    process_->wait();
}

int meridian_process::postmaster() const {
    std::ifstream file(folder() / "data" / "postgres" / "data" / "postmaster.pid");
    int pid = 0;
    return file >> pid && ::kill(pid, 0) == 0 ? pid : 0;
}

meridian_process& shared_broker() {
    static meridian_process broker;
    return broker;
}

std::string fresh_tenant_name() {
    static std::atomic<int> count{0};
    return "tenant_" + std::to_string(++count);
}

http_client fresh_tenant(const meridian_process& broker) {
    http_client client(broker.port(), {{"NGSILD-Tenant", fresh_tenant_name()}});
    const json first{{"id", "urn:x:first"}, {"type", "First"}};
    if (client.post("/ngsi-ld/v1/entities", first).status != 201 ||
        client.remove("/ngsi-ld/v1/entities/urn:x:first").status != 204)
        throw std::runtime_error("a tenant cannot be made");
    return client;
}

http_client fresh_tenant() {
    return fresh_tenant(shared_broker());
}

} // namespace meridian::test
