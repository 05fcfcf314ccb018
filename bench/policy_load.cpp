// Asks a policy service as many Postfix processes would: each connection one request at a time. Prints
// requests a second.
//   policy_load PORT CONNECTIONS SECONDS
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

int connect_to(int port) {
  int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<std::uint16_t>(port));
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) std::exit(1);
  int const on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// A message asks twice: at RCPT, and at its end.
std::string request(int connection, int count) {
  int const number = count / 2;
  bool const tls = number % 3 != 0;
  return std::string("request=smtpd_access_policy\nprotocol_state=") +
         (count % 2 == 0 ? "RCPT" : "END-OF-MESSAGE") + "\nprotocol_name=ESMTP\nclient_address=203.0." +
         std::to_string(number / 200 % 200) + "." + std::to_string(number % 200) + "\nclient_name=mail.host" +
         std::to_string(number % 5000) +
         ".example\nclient_port=4711\nhelo_name=mail.host.example\nsender=someone@host" +
         std::to_string(number % 5000) +
         ".example\nrecipient=alice@example.org\nsize=12345\ninstance=" + std::to_string(connection) + "." +
         std::to_string(number) + "\nencryption_protocol=" + (tls ? "TLSv1.3" : "") +
         "\nencryption_cipher=" + (tls ? "TLS_AES_256_GCM_SHA384" : "") + "\n\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  int const port = std::atoi(argv[1]), connections = std::atoi(argv[2]);
  auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(argv[3]));
  std::atomic<long> answered{0};
  std::vector<std::thread> threads;
  for (int c = 0; c < connections; ++c)
    threads.emplace_back([&, c] {
      int const fd = connect_to(port);
      char answer[4096];
      for (int n = c * 1000; std::chrono::steady_clock::now() < end; ++n) {
        auto const text = request(c, n);
        if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
          std::exit(1);
        for (std::string got; got.find("\n\n") == std::string::npos;) {
          auto const length = ::recv(fd, answer, sizeof answer, 0);
          if (length <= 0) std::exit(1);
          got.append(answer, static_cast<std::size_t>(length));
        }
        ++answered;
      }
      ::close(fd);
    });
  for (auto& thread : threads) thread.join();
  std::printf("%.0f\n", static_cast<double>(answered.load()) / std::atoi(argv[3]));
}
