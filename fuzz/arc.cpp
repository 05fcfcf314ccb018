// ARC sets of strangers: without their keys no chain holds, however the message is cut; and what we seal
// ourselves holds, whatever the message is.
#include "expect.hpp"
#include "support/signed_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern;
  using namespace postern::auth;
  std::string const message(reinterpret_cast<char const*>(data), size);
  auto const answer = tests::verify_arc(message, {});
  POSTERN_EXPECT(answer.result == ArcResult::none || answer.result == ArcResult::fail);
  POSTERN_EXPECT(answer.instances <= ArcVerification::most_instances);
  POSTERN_EXPECT(answer.result != ArcResult::fail || !answer.problem.empty());
  auto const by_bytes = tests::verify_arc(message, {}, 1);
  POSTERN_EXPECT(by_bytes.result == answer.result && by_bytes.problem == answer.problem);
  POSTERN_EXPECT(by_bytes.sealers == answer.sealers && by_bytes.last_results == answer.last_results);
  static auto const dns = tests::dns_with_keys();
  auto const sealed = tests::sealed(message, tests::test_signer(), answer);
  if (answer.result == ArcResult::fail) {
    POSTERN_EXPECT(sealed == message || tests::verify_arc(sealed, dns).ended);
    return 0;
  }
  // A first line that is a continuation would continue our own last field; h= names 256 fields at most.
  bool const continues = !message.empty() && (message.front() == ' ' || message.front() == '\t');
  if (continues || split_header(message).size() > 200) return 0;
  auto const ours = tests::verify_arc(sealed, dns);
  POSTERN_EXPECT(ours.result == ArcResult::pass && ours.instances == 1);
  return 0;
}
