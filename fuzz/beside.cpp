// What an MTA beside says: policy requests line by line, milter packets.
#include "dialogue/beside.hpp"

#include "expect.hpp"
#include "wire/milter_packet.hpp"
#include "wire/policy_request.hpp"

namespace {

using namespace postern;

void read_policy(std::string_view text) {
  wire::PolicyRequestReader reader;
  while (!text.empty()) {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    auto const request = reader.on_line(line);
    if (!request) return;
    if (!*request) continue;
    policy::TransactionFacts transaction;
    dialogue::set_sender(transaction, (*request)->sender);
    dialogue::add_recipient(transaction, (*request)->recipient);
    auto const answer = wire::print_policy_answer((*request)->helo);
    POSTERN_EXPECT(answer.find('\n') == answer.size() - 2);
  }
}

void read_milter(std::string_view bytes) {
  for (;;) {
    std::size_t taken = 0;
    auto const packet = wire::read_milter_packet(bytes, taken);
    if (!packet || !*packet) return;
    POSTERN_EXPECT(taken >= 5 && taken <= bytes.size());
    wire::parse_milter_offer((*packet)->data);
    wire::parse_milter_connect((*packet)->data);
    wire::parse_milter_macros((*packet)->data);
    wire::milter_strings((*packet)->data);
    auto const reply = wire::print_milter_reply((*packet)->data);
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(reply[i]);
    POSTERN_EXPECT(reply.size() == length + 4);
    bytes.remove_prefix(taken);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  read_policy(text);
  read_milter(text);
  return 0;
}
