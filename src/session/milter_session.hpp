// One connection of an MTA that asks by the milter protocol: a client's connection to it after the other. Of
// one loop. Memory: a packet of 1 MiB at most.
#pragma once

#include <memory>

#include "net/deadlines.hpp"
#include "net/listener.hpp"
#include "net/stream.hpp"
#include "session/beside_gate.hpp"
#include "session/gate_config.hpp"
#include "session/session.hpp"
#include "wire/milter_packet.hpp"

namespace postern::session {

class MilterSession : public Session, private net::Deadline {
 public:
  MilterSession(net::EventLoop& loop, net::Socket socket, ListenerConfig const& listener,
                std::shared_ptr<GateConfig const> config, Services services);
  ~MilterSession() override;

  net::Task<void> converse() override;
  void drain() override;
  void cut() override { stream_.cut(); }

 private:
  struct Macros {
    std::string tls_version, cipher, certificate_subject, verify, login;
  };
  void expire() override { stream_.cut(); }
  net::Task<bool> read();
  net::Task<bool> handle(wire::MilterPacket packet);  // whether to go on
  bool negotiate(std::string_view data);
  void take_macros(std::string_view data);
  void set_tls();
  net::Task<void> connect(std::string_view data);
  net::Task<void> helo(std::string_view data);
  net::Task<void> mail(std::string_view data);
  net::Task<void> rcpt(std::string_view data);
  net::Task<void> end();
  void answer(policy::Verdict const& verdict);
  void go_on() { out_ += wire::print_milter_packet('c'); }

  net::Stream stream_;
  std::shared_ptr<GateConfig const> config_;
  Services services_;
  BesideGate gate_;
  Macros macros_;
  std::string in_, out_;
  std::uint32_t actions_ = 0;
  std::uint64_t size_ = 0;  // bytes of header section and body, when they come
  bool idle_ = false;
  bool draining_ = false;
};

}  // namespace postern::session
