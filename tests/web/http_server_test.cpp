#include "web/http_server.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "support/test_loop.hpp"

namespace postern::web {
namespace {

// A client on the server's Unix socket, which does not block.
class Client {
 public:
  explicit Client(std::string const& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::strncpy(at.sun_path, path.c_str(), sizeof at.sun_path - 1);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  }
  ~Client() { ::close(socket_); }
  Client(Client const&) = delete;
  Client& operator=(Client const&) = delete;

  void say(std::string_view bytes) {
    static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  std::string hear() {
    std::string all;
    char bytes[4096];
    for (ssize_t count = 0; (count = ::recv(socket_, bytes, sizeof bytes, 0)) > 0;)
      all.append(bytes, static_cast<std::size_t>(count));
    return all;
  }
  bool open() {  // the server has not hung up
    char byte = 0;
    return ::recv(socket_, &byte, 1, MSG_PEEK) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

 private:
  int socket_;
};

class HttpServers : public testing::Test {
 protected:
  HttpServers()
      : path_(place_.path("socket")),
        server_(
            test_.loop, [this](HttpRequest const& request) { return answer(request); }, test_.log,
            test_.counters) {
    EXPECT_TRUE(server_.listen_unix(path_));
    server_.start();
    test_.settle();
  }
  ~HttpServers() override {
    server_.close();
    test_.settle();
  }
  HttpAnswer answer(HttpRequest const& request) {
    if (request.target == "/throws") throw std::runtime_error("the handler is broken");
    return {200, "text/plain", std::string(request.method) + " " + std::string(request.target)};
  }

  tests::Workplace place_;
  std::string path_;
  tests::TestLoop test_;
  HttpServer server_;
};

TEST_F(HttpServers, AnswerOneRequestAfterTheOther) {
  Client client(path_);
  for (int i = 0; i < 2; ++i) {
    client.say("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    test_.settle();
    auto const heard = client.hear();
    EXPECT_EQ(heard.substr(0, 15), "HTTP/1.1 200 OK");
    EXPECT_NE(heard.find("\r\n\r\nGET /a"), std::string::npos);
  }
  EXPECT_TRUE(client.open());
}

TEST_F(HttpServers, HangUpWhereTheClientAsksForIt) {
  Client client(path_);
  client.say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  test_.settle();
  EXPECT_EQ(client.hear().substr(0, 12), "HTTP/1.1 200");
  EXPECT_FALSE(client.open());
}

TEST_F(HttpServers, HangUpOnWhatIsNotHttpAndOnRequestsThatAreTooLarge) {
  Client nonsense(path_);
  nonsense.say("EHLO client.example\r\n\r\n");
  Client large(path_);
  large.say("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n");
  test_.settle();
  EXPECT_FALSE(nonsense.open());
  EXPECT_FALSE(large.open());
}

TEST_F(HttpServers, TakeAHundredConnectionsAndTheOldestThatIsSilentGivesWay) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 110; ++i) {
    clients.push_back(std::make_unique<Client>(path_));
    test_.settle();
  }
  int open = 0;
  for (auto const& client : clients) open += client->open() ? 1 : 0;
  EXPECT_EQ(open, 100);
  EXPECT_FALSE(clients[9]->open());
  EXPECT_TRUE(clients[10]->open());
  Client after(path_);
  after.say("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  test_.settle();
  EXPECT_EQ(after.hear().substr(0, 12), "HTTP/1.1 200");
}

TEST_F(HttpServers, HangUpOnWhoeverSendsItsFirstRequestSlowly) {
  Client slow(path_);
  test_.settle();
  slow.say("GET / HTTP/1.1\r\nHo");
  test_.settle();
  EXPECT_TRUE(slow.open());
  slow.say("s");  // what comes meanwhile gives it no more time
  test_.settle();
  test_.loop.deadlines().expire_late(std::chrono::steady_clock::now() + HttpLimits().first_request);
  test_.settle();
  EXPECT_FALSE(slow.open());
}

TEST_F(HttpServers, GoOnWhenAHandlerThrows) {
  for (int i = 0; i < 101; ++i) {  // none of them is counted as open afterwards
    Client client(path_);
    client.say("GET /throws HTTP/1.1\r\nHost: x\r\n\r\n");
    test_.settle();
    EXPECT_FALSE(client.open());
  }
  EXPECT_TRUE(test_.log.mentions("the handler is broken"));
  Client client(path_);
  client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  test_.settle();
  EXPECT_EQ(client.hear().substr(0, 12), "HTTP/1.1 200");
}

}  // namespace
}  // namespace postern::web
