// What goes before a message that leaves: signatures of what was written here, seals of what is passed on.
#include "auth/message_signer.hpp"

#include <gtest/gtest.h>

#include "auth/arc_verification.hpp"
#include "auth/dkim_verification.hpp"
#include "support/dns_view.hpp"

namespace postern::tests {
namespace {

using namespace auth;

constexpr std::uint64_t signed_at = 1'795'478'400;

// Keys of both types for our.example, and the DNS that publishes them.
struct OurKeys {
  std::shared_ptr<SigningKeys const> keys;
  DnsView dns;
  OurKeys() {
    std::vector<OwnKey> own;
    for (auto const& [selector, type] : {std::pair("e", KeyType::ed25519), std::pair("r", KeyType::rsa)}) {
      auto const key = *read_signing_key(new_signing_key(type));
      own.push_back({.name = {.domain = "our.example", .selector = selector}, .key = key});
      put_txt(dns, own.back().name.record_name(), key->record());
    }
    keys = std::make_shared<SigningKeys const>(std::move(own));
  }
  SigningTask signs() const { return {.keys = keys, .is_ours = true}; }
  SigningTask seals() const { return {.keys = keys, .seals_as = "our.example", .server = "mx.our.example"}; }
};

SignatureFields signed_by(SigningTask const& task, std::string_view message,
                          std::size_t piece = std::string_view::npos) {
  MessageSigner signer(task);
  for (std::size_t at = 0; at < message.size(); at += std::min(piece, message.size()))
    signer.feed(message.substr(at, piece));
  return signer.finish(signed_at);
}

MessageDigests read_back(std::string_view message, DkimVerification& dkim, ArcVerification& arc) {
  MessageDigests digests;
  message.remove_prefix(digests.feed_header(message));
  dkim.begin(digests);
  arc.begin(digests);
  digests.feed_body(message);
  digests.finish();
  return digests;
}

std::string const from_alice =
    "From: Alice <alice@our.example>\r\nTo: b@far.example\r\nSubject: t\r\n\r\nbody\r\n";

TEST(MessageSigner, SignsWithEachKeyOfTheAuthorsDomainHoweverTheMessageIsCut) {
  OurKeys ours;
  for (std::size_t const piece : {1, 3, 1000}) {
    auto const fields = signed_by(ours.signs(), from_alice, piece);
    EXPECT_EQ(fields.domain, "our.example");
    DkimVerification dkim;
    ArcVerification arc;
    auto const digests = read_back(fields.text + from_alice, dkim, arc);
    auto const results = dkim.results(digests, ours.dns, signed_at);
    ASSERT_TRUE(results);
    ASSERT_EQ(results->size(), 2U);
    for (auto const& result : *results) EXPECT_EQ(result.result, DkimResult::pass) << result.problem;
  }
}

TEST(MessageSigner, SignsAMessageWithoutABody) {
  OurKeys ours;
  for (std::string const message : {"From: a@our.example\r\n", "From: a@our.example\r\n\r\n"}) {
    auto const fields = signed_by(ours.signs(), message);
    ASSERT_FALSE(fields.text.empty()) << message;
    DkimVerification dkim;
    ArcVerification arc;
    auto const digests = read_back(fields.text + from_alice, dkim, arc);
    EXPECT_TRUE(dkim.has_signatures());
  }
}

TEST(MessageSigner, ReadsNoFurtherWhereNobodyCanSign) {
  OurKeys ours;
  for (std::string const header :
       {"From: a@far.example\r\n\r\n", "Subject: nobody\r\n\r\n", "From: nonsense\r\n\r\n"}) {
    MessageSigner signer(ours.signs());
    signer.feed(header);
    EXPECT_FALSE(signer.wants_more()) << header;
    EXPECT_TRUE(signer.finish(signed_at).text.empty());
  }
  EXPECT_TRUE(signed_by({.keys = ours.keys}, from_alice).text.empty()) << "it was not written here";
  EXPECT_TRUE(signed_by({.is_ours = true}, from_alice).text.empty()) << "there are no keys";
}

std::string passed_on(std::string const& results) { return results + from_alice; }

TEST(MessageSigner, SealsWhatIsPassedOnWithWhatWeHaveFoundOut) {
  OurKeys ours;
  auto const first =
      passed_on("Authentication-Results: mx.our.example;\r\n spf=pass smtp.mailfrom=far.example\r\n");
  auto const fields = signed_by(ours.seals(), first);
  ASSERT_TRUE(fields.text.starts_with("ARC-Seal: i=1;")) << fields.text;
  DkimVerification dkim;
  ArcVerification arc;
  auto digests = read_back(fields.text + first, dkim, arc);
  auto const answer = arc.result(digests, ours.dns);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->result, ArcResult::pass) << answer->problem;
  EXPECT_EQ(answer->instances, 1U);
  EXPECT_NE(answer->last_results.find("spf=pass"), std::string::npos);

  // It comes again, and goes on once more.
  auto const second = "Authentication-Results: mx.our.example; arc=pass\r\n" + fields.text + from_alice;
  auto const more = signed_by(ours.seals(), second);
  ASSERT_TRUE(more.text.starts_with("ARC-Seal: i=2;")) << more.text;
  DkimVerification other_dkim;
  ArcVerification other_arc;
  auto const other_digests = read_back(more.text + second, other_dkim, other_arc);
  auto const other = other_arc.result(other_digests, ours.dns);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->result, ArcResult::pass) << other->problem;
  EXPECT_EQ(other->instances, 2U);
}

TEST(MessageSigner, SealsNothingThatWeHaveNotVerifiedOurselves) {
  OurKeys ours;
  auto const sets =
      signed_by(ours.seals(), passed_on("Authentication-Results: mx.our.example; none\r\n")).text;
  ASSERT_FALSE(sets.empty());
  for (auto const& results :
       {std::string(), std::string("Authentication-Results: mx.far.example; spf=pass\r\n"),
        std::string("Authentication-Results: mx.our.example; arc=pass\r\n"),
        "Authentication-Results: mx.our.example; spf=pass\r\n" + sets,
        "Authentication-Results: mx.our.example; arc=none\r\n" + sets,
        "Authentication-Results: mx.our.example; arc=temperror\r\n" + sets})
    EXPECT_TRUE(signed_by(ours.seals(), passed_on(results)).text.empty()) << results;
}

TEST(MessageSigner, AddsToNoChainThatHasEnded) {
  OurKeys ours;
  auto const sets =
      signed_by(ours.seals(), passed_on("Authentication-Results: mx.our.example; none\r\n")).text;
  auto const broken =
      signed_by(ours.seals(), passed_on("Authentication-Results: mx.our.example; arc=fail\r\n" + sets));
  ASSERT_TRUE(broken.text.starts_with("ARC-Seal: i=2;"));
  EXPECT_NE(broken.text.find("cv=fail"), std::string::npos);
  EXPECT_TRUE(signed_by(ours.seals(), passed_on("Authentication-Results: mx.our.example; arc=fail\r\n" +
                                                broken.text + sets))
                  .text.empty());
}

}  // namespace
}  // namespace postern::tests
