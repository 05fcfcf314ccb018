#include "dialogue/beside.hpp"

#include "base/ascii.hpp"
#include "wire/path.hpp"

namespace postern::dialogue {
namespace {

// Milters hand on the path as the client wrote it.
std::string_view without_brackets(std::string_view path) {
  if (path.starts_with('<') && path.ends_with('>')) return path.substr(1, path.size() - 2);
  return path;
}

}  // namespace

policy::TlsFacts beside_tls(BesideTls const& told) {
  policy::TlsFacts facts;
  if (told.version.empty()) return facts;
  facts.state = policy::TlsState::established;
  facts.requested = facts.offered = true;
  facts.version = printable(told.version, 32);
  facts.cipher = printable(told.cipher, 64);
  facts.spki_sha256 = printable(told.fingerprint, 128);
  facts.client_certificate = !told.has_certificate      ? policy::ClientCertificate::none
                             : told.certificate_trusted ? policy::ClientCertificate::trusted
                                                        : policy::ClientCertificate::untrusted;
  return facts;
}

void set_sender(policy::TransactionFacts& transaction, std::string_view sender) {
  auto address = wire::parse_mailbox(without_brackets(sender));
  transaction.mail.reverse_path.reset();
  if (address) transaction.mail.reverse_path = *std::move(address);
}

bool add_recipient(policy::TransactionFacts& transaction, std::string_view recipient) {
  auto address = wire::parse_mailbox(without_brackets(recipient));
  if (!address) return false;
  bool const postmaster = iequals(address->local_part(), "postmaster");
  transaction.recipients.push_back(
      {.address = *std::move(address),
       .standing = postmaster ? policy::RecipientClass::postmaster : policy::RecipientClass::mailbox});
  return true;
}

}  // namespace postern::dialogue
