#include "session/passwords.hpp"

#include <crypt.h>
#include <gtest/gtest.h>

namespace postern::session {
namespace {

TEST(Passwords, AreComparedAsCryptHashesThem) {
  crypt_data data{};
  std::string const six = ::crypt_r("secret", "$6$rounds=1000$salt$", &data);
  auto const passwords =
      Passwords::parse("# users\n\nalice:" + six + "\nbob:" + six + ":1000:1000::/home/bob:\n");
  ASSERT_TRUE(passwords) << passwords.error();
  EXPECT_TRUE((*passwords)->verify("alice", "secret"));
  EXPECT_TRUE((*passwords)->verify("bob", "secret"));
  EXPECT_FALSE((*passwords)->verify("alice", "Secret"));
  EXPECT_FALSE((*passwords)->verify("alice", std::string("secret\0x", 8)));
  EXPECT_FALSE((*passwords)->verify("carol", "secret"));
  EXPECT_FALSE((*passwords)->verify("alice", std::string(10'000, 'x')));
  EXPECT_FALSE((*Passwords::parse("alice:!locked"))->verify("alice", "!locked"));
  EXPECT_FALSE((*Passwords::parse(""))->verify("alice", ""));
  for (auto const* text : {"alice", ":x", "alice:", "ok:$6$x\nbad"})
    EXPECT_FALSE(Passwords::parse(text)) << text;
}

}  // namespace
}  // namespace postern::session
