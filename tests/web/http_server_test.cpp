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
  bool hung_up_on() {  // behind what there is to read
    hear();
    char byte = 0;
    return ::recv(socket_, &byte, 1, MSG_PEEK) == 0;
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
    if (request.target == "/large") return {200, "text/plain", std::string(large, 'x')};
    return {200, "text/plain", std::string(request.method) + " " + std::string(request.target)};
  }
  static constexpr std::size_t large = 2'000'000;  // more than a socket takes at once

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

// A server with few places.
class SmallHttpServer : public HttpServers {
 protected:
  SmallHttpServer() {
    EXPECT_TRUE(small_.listen_unix(path_of_small_));
    small_.start();
    test_.settle();
  }
  ~SmallHttpServer() override {
    small_.close();
    test_.settle();
  }
  std::unique_ptr<Client> client_that_asks(std::string_view target) {
    auto client = std::make_unique<Client>(path_of_small_);
    client->say("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    test_.settle();
    return client;
  }

  HttpLimits limits_{.connections = 3};
  std::string path_of_small_ = place_.path("small");
  HttpServer small_{test_.loop, [this](HttpRequest const& request) { return answer(request); }, test_.log,
                    test_.counters, limits_};
};

TEST_F(SmallHttpServer, IsNotHeldByThoseThatDoNotReadTheirAnswers) {
  std::vector<std::unique_ptr<Client>> unread;
  for (int i = 0; i < 3; ++i) unread.push_back(client_that_asks("/large"));
  auto const after = client_that_asks("/a");
  EXPECT_EQ(after->hear().substr(0, 12), "HTTP/1.1 200");
  EXPECT_TRUE(unread[0]->hung_up_on());
  EXPECT_FALSE(unread[1]->hung_up_on());
}

TEST_F(SmallHttpServer, HangsUpOnWhoeverDoesNotReadItsAnswer) {
  auto const unread = client_that_asks("/large");
  auto const slow = client_that_asks("/large");
  auto const begun = std::chrono::steady_clock::now();
  std::string heard = slow->hear();  // some of it, so that more can be sent
  test_.settle();
  EXPECT_LT(heard.size(), large);
  test_.loop.deadlines().expire_late(begun + limits_.answer - std::chrono::milliseconds(1));
  test_.settle();
  EXPECT_FALSE(slow->hung_up_on());
  test_.loop.deadlines().expire_late(std::chrono::steady_clock::now() + limits_.answer);
  test_.settle();
  EXPECT_TRUE(unread->hung_up_on());
}

TEST_F(SmallHttpServer, AnswersInFullWhoeverReads) {
  auto const client = client_that_asks("/large");
  std::string heard = client->hear();
  for (std::size_t before = 0; heard.size() > before;) {
    before = heard.size();
    test_.settle();
    heard += client->hear();
  }
  EXPECT_GT(heard.size(), large);
  EXPECT_FALSE(client->hung_up_on()) << "it may ask again";
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
