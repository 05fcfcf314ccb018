// The keys of our domains, by the names of their files.
#include "auth/signing_keys.hpp"

#include <gtest/gtest.h>

namespace postern::tests {
namespace {

using auth::KeyName;
using auth::KeyState;
using auth::KeyType;
using auth::OwnKey;

std::shared_ptr<auth::SigningKey const> some_key(KeyType type = KeyType::ed25519) {
  return *auth::read_signing_key(auth::new_signing_key(type));
}

TEST(SigningKeys, ReadTheFileNamesThatTheyWrite) {
  for (auto const state : {KeyState::next, KeyState::active, KeyState::retired}) {
    KeyName const name{.domain = "our.example", .selector = "2026-11e", .state = state};
    auto const read = auth::parse_key_file_name(file_name(name));
    ASSERT_TRUE(read) << file_name(name);
    EXPECT_EQ(read->domain, "our.example");
    EXPECT_EQ(read->selector, "2026-11e");
    EXPECT_EQ(read->state, state);
  }
  EXPECT_EQ(file_name({.domain = "our.example", .selector = "s"}), "our.example.s.pem");
  EXPECT_EQ(auth::parse_key_file_name("Our.Example.S.pem")->record_name(), "s._domainkey.our.example");
  for (auto const* file : {"our.example.s.key", "pem", ".pem", "s.pem", ".s.pem", "our.example..pem",
                           "our example.s.pem", "our.example.s.pem~"})
    EXPECT_FALSE(auth::parse_key_file_name(file)) << file;
}

TEST(SigningKeys, SignForTheAuthorsDomainOrItsNearestParentOfTheSameOrganisation) {
  auto const key = some_key();
  std::vector<OwnKey> own{{{"our.co.uk", "a"}, key},
                          {{"deep.our.co.uk", "b"}, key},
                          {{"co.uk", "c"}, key},
                          {{"next.example", "d", KeyState::next}, key},
                          {{"old.example", "e", KeyState::retired}, key}};
  auth::SigningKeys const keys(own);
  auto const selector_for = [&](std::string_view domain) {
    auto const signers = keys.for_author(domain);
    return signers.empty() ? std::string() : signers.front().selector;
  };
  EXPECT_EQ(selector_for("our.co.uk"), "a");
  EXPECT_EQ(selector_for("mail.our.co.uk"), "a");
  EXPECT_EQ(selector_for("deep.our.co.uk"), "b");
  EXPECT_EQ(selector_for("very.deep.our.co.uk"), "b");
  EXPECT_EQ(selector_for("other.co.uk"), "") << "a public suffix signs for nobody below it";
  EXPECT_EQ(selector_for("next.example"), "");
  EXPECT_EQ(selector_for("old.example"), "");
  EXPECT_EQ(selector_for("far.example"), "");
}

TEST(SigningKeys, TellWhetherARecordFitsThePrivateKey) {
  for (auto const type : {KeyType::ed25519, KeyType::rsa}) {
    auto const key = some_key(type);
    EXPECT_TRUE(auth::publishes(key->record(), *key));
    EXPECT_FALSE(auth::publishes(some_key(type)->record(), *key));
    EXPECT_FALSE(auth::publishes("v=DKIM1; p=", *key)) << "revoked";
    EXPECT_FALSE(auth::publishes("nonsense", *key));
  }
}

}  // namespace
}  // namespace postern::tests
