// One connection of an MTA that asks by the milter protocol: a client's connection to it after the other.
// Thread: its event loop. Memory: a packet of 1 MiB at most.
#pragma once

#include "session/external_mta_session.hpp"
#include "wire/milter_packet.hpp"
#include "wire/own_fields.hpp"

namespace postern::session {

class MilterSession : public ExternalMtaSession {
 public:
  using ExternalMtaSession::ExternalMtaSession;

  net::Task<void> converse() override;
  void drain() override;

 private:
  struct Macros {
    std::string tls_version, cipher, certificate_subject, verify, login, queue_id;
  };
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
  void take_header(std::string_view data);
  void remove_own_fields();
  void mark(policy::RecipientFacts const& recipient);
  void answer(policy::Verdict const& verdict);
  void go_on() { out_ += wire::print_milter_packet('c'); }

  Macros macros_;
  std::string in_, out_;
  std::uint32_t actions_ = 0;
  bool gets_content_ = false;  // all of it: the MTA was asked for it
  std::uint64_t size_ = 0;     // bytes of header section and body so far
  wire::OwnFieldCounts own_fields_;
};

}  // namespace postern::session
