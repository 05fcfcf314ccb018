#include "wire/originator_fields.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

// What is read of a content, all at once and byte by byte.
std::string authors_of(std::string_view content, bool of_from = true) {
  OriginatorFields whole, cut;
  whole.feed(content);
  for (char const c : content) cut.feed({&c, 1});
  auto const print = [&](OriginatorFields const& field) {
    auto const addresses = of_from ? field.authors() : field.senders();
    if (!addresses) return std::string("unclear");
    std::string out;
    for (auto const& address : *addresses) out += address.print() + " ";
    return out;
  };
  EXPECT_EQ(print(whole), print(cut)) << content;
  return print(whole);
}

TEST(OriginatorFields, IsReadInAnyForm) {
  for (auto const& [content, authors] : std::vector<std::pair<std::string, std::string>>{
           {"From: alice@example.org\r\n\r\n", "alice@example.org "},
           {"Subject: x\r\nFROM:\"A, B\" <alice@example.org>\r\nTo: b@x.example\r\n\r\n",
            "alice@example.org "},
           {"From: A <alice@example.org>,\r\n\tbob@example.org\r\n\r\n",
            "alice@example.org bob@example.org "},
           {"From \t: alice@example.org\r\n\r\n", "alice@example.org "},
           {"From: alice@example.org", "alice@example.org "},
           {"Fromage: x\r\nfrom-x: y\r\nFro: z\r\n\r\n", ""},
           {"From alice@example.org Mon\r\nTo: b@x.example\r\n\r\n", ""},
           {"Subject: From: x\r\n From: ceo@example.org\r\n\r\n", ""}})
    EXPECT_EQ(authors_of(content), authors) << content;
}

TEST(OriginatorFields, NamesWhateverAReaderMayTakeForAnAddress) {
  for (auto const* field :
       {"ceo@b.example <>", "<> ceo@b.example", "ceo@b.example:;", "<me@a.example>ceo@b.example",
        "\"ceo@b.example\" <me@a.example>", "me@a.example (ceo@b.example)", "ceo@b.example: me@a.example;"})
    EXPECT_NE(authors_of("From: " + std::string(field) + "\r\n\r\n").find("ceo@b.example "),
              std::string::npos)
        << field;
  for (auto const* field : {"", ",,;;", "<>", "nobody"})
    EXPECT_EQ(authors_of("From: " + std::string(field) + "\r\n\r\n"), "unclear") << field;
}

TEST(OriginatorFields, AnAddressInBracketsOrWithAPointBehindItIsTheAddress) {
  for (auto const* field : {"\"A [ceo@b.example]\" <me@a.example>", "A [ceo@b.example] <me@a.example>",
                            "\"via ceo@b.example.\" <me@a.example>", "\"{ceo@b.example}!\" <me@a.example>",
                            "me@a.example ([ceo@b.example].)"})
    EXPECT_EQ(authors_of("From: " + std::string(field) + "\r\n\r\n"), "me@a.example ceo@b.example ") << field;
  EXPECT_EQ(authors_of("From: \"[ceo@[192.0.2.1]]\" <me@a.example>\r\n\r\n"), "unclear");
  EXPECT_EQ(authors_of("From: \"ceo@[192.0.2.1]\" <me@a.example>\r\n\r\n"), "me@a.example ceo@[192.0.2.1] ");
}

TEST(OriginatorFields, WhatIsNoAddressIsNamed) {
  for (auto const& [field, named] : std::vector<std::pair<std::string, std::string>>{
           {"\"A ceo@b..example\" <me@a.example>", "\"ceo@b..example\" is no address"},
           {"\"A ceo@[b.example\" <me@a.example>", "\"ceo@[b.example\" is no address"},
           {"<me@>", "\"me@\" is no address"}}) {
    OriginatorFields fields;
    fields.feed("From: " + field + "\r\n\r\n");
    auto const authors = fields.authors();
    ASSERT_FALSE(authors) << field;
    EXPECT_TRUE(authors.error().starts_with(named)) << authors.error();
  }
}

TEST(OriginatorFields, AreTheSenderAndWhoResentItAsWell) {
  std::string const content =
      "From: alice@example.org\r\nSender: bob@example.org\r\nresent-from : A <a@x.example>,\r\n "
      "b@x.example\r\n"
      "Resent-Sender: c@x.example\r\nResent-Senders: d@x.example\r\nReply-To: e@x.example\r\n"
      "Subject: x\rSender: f@x.example\r\n\r\nSender: g@x.example\r\n";
  EXPECT_EQ(authors_of(content), "alice@example.org ");
  EXPECT_EQ(authors_of(content, false), "bob@example.org a@x.example b@x.example c@x.example f@x.example ");
  EXPECT_EQ(authors_of("From: alice@example.org\r\nSender: \r\n\r\n", false), "unclear");
  OriginatorFields fields;
  fields.feed("Sender: bob@example.org\r\n");
  EXPECT_FALSE(fields.has_from());
  fields.feed("From: \r\n");
  EXPECT_TRUE(fields.has_from());
}

TEST(OriginatorFields, EndsWithTheHeaderSection) {
  EXPECT_EQ(authors_of("Subject: x\r\n\r\nFrom: ceo@example.org\r\n"), "");
  EXPECT_EQ(authors_of("\r\nFrom: ceo@example.org\r\n"), "");
  EXPECT_EQ(authors_of("Subject: x\n\nFrom: ceo@example.org\r\n"), "");
}

// What a reader may take for a second field, or for a field at all, counts.
TEST(OriginatorFields, CannotBeHidden) {
  for (auto const* content : {"From: alice@example.org\r\nFrom: ceo@example.org\r\n\r\n",
                              "From: alice@example.org\r\nSubject: x\rFrom: ceo@example.org\r\n\r\n",
                              "From: alice@example.org\r\nSubject: x\nFrom: ceo@example.org\r\n\r\n",
                              "From: alice@example.org\r\nSubject: x\r\r\nFrom: ceo@example.org\r\n\r\n",
                              "From: alice@example.org\r\nfrom\t : ceo@example.org\r\n\r\n"})
    EXPECT_EQ(authors_of(content), "alice@example.org ceo@example.org ") << content;
}

TEST(OriginatorFields, IsUnclearWhenItIsNoListOfAddressesOrTooLong) {
  for (auto const* content : {"From: alice\r\n\r\n", "From: ceo@example.org alice@example.org\r\n\r\n",
                              "From: <ceo@example.org> <alice@example.org>\r\n\r\n"})
    EXPECT_EQ(authors_of(content), "unclear") << content;
  EXPECT_EQ(authors_of("From: alice@example.org,\r\n" + std::string(20'000, ' ') + "\r\n\r\n"), "unclear");
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "From:\r\n";
  EXPECT_EQ(authors_of(many), "unclear");
}

}  // namespace
}  // namespace postern::wire
