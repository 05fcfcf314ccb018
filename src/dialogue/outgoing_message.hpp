// A message as a client's dialogue needs to know it: its envelope, and what its content asks of a server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/message_signer.hpp"
#include "base/address.hpp"
#include "wire/content_traits.hpp"
#include "wire/mail_command.hpp"
#include "wire/rcpt_command.hpp"

namespace postern::dialogue {

struct OutgoingRecipient {
  Address address;
  wire::Notify notify{};
  std::string orcpt{};
};

struct OutgoingMessage {
  std::optional<Address> reverse_path;
  std::vector<OutgoingRecipient> recipients;
  std::string top;         // header fields that go before what the spool has
  std::uint64_t size = 0;  // bytes of content, with them
  wire::Body body = wire::Body::seven_bit;
  bool smtputf8 = false;  // as it came
  wire::ContentTraits content;
  bool requiretls = false;
  wire::Ret ret = wire::Ret::unsaid;
  std::string envid;
  auth::SigningTask signing = {};
  std::string obstacle;  // why the content cannot be converted to 7 bits; empty: nobody has found one
};

}  // namespace postern::dialogue
