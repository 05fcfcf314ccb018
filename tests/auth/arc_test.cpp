// ARC: chains that are sealed by our own signing, and what is wrong with chains that others make (RFC 8617).
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "support/signed_message.hpp"

namespace postern::tests {
namespace {

using namespace auth;

std::string const list_message =
    "From: a@our.example\r\nTo: list@lists.example\r\nSubject: hello\r\nDate: d\r\nMIME-Version: "
    "1.0\r\n\r\nHi,\r\n \t there  you.\r\n\r\n";

// Sealed so often, each time by another domain.
std::string sealed_times(int times, std::string message = list_message, KeyType type = KeyType::ed25519) {
  for (int i = 1; i <= times; ++i) {
    auto const domain = "hop" + std::to_string(i) + ".example";
    message = sealed(
        message, test_signer(domain, type),
        verify_arc(message, dns_with_keys({"hop1.example", "hop2.example", "hop3.example", "hop4.example"})),
        "mx." + domain + "; dkim=pass header.d=our.example; spf=pass\r\n\tsmtp.mailfrom=a@our.example");
  }
  return message;
}
SmallDns hop_dns() { return dns_with_keys({"hop1.example", "hop2.example", "hop3.example", "hop4.example"}); }

TEST(Arc, a_message_without_sets_has_no_chain) {
  for (std::string const message : {"", "\r\n", "From: a@b.example\r\n\r\nbody\r\n"}) {
    auto const answer = verify_arc(message, SmallDns{});
    EXPECT_EQ(answer.result, ArcResult::none);
    EXPECT_EQ(answer.instances, 0U);
  }
}

TEST(Arc, chains_of_our_own_seals_hold_however_the_message_is_cut) {
  for (auto const type : {KeyType::rsa, KeyType::ed25519})
    for (int const times : {1, 2, 4}) {
      auto const message = sealed_times(times, list_message, type);
      for (std::size_t const piece : {std::size_t{1}, std::size_t{7}, message.size()}) {
        auto const answer = verify_arc(message, hop_dns(), piece);
        EXPECT_EQ(answer.result, ArcResult::pass) << answer.problem;
        EXPECT_EQ(answer.instances, static_cast<std::uint32_t>(times));
        ASSERT_EQ(answer.sealers.size(), static_cast<std::size_t>(times));
        EXPECT_EQ(answer.sealers.front(), "hop1.example");
        EXPECT_TRUE(answer.first_results.starts_with("mx.hop1.example; dkim=pass")) << answer.first_results;
        EXPECT_TRUE(answer.last_results.starts_with("mx.hop" + std::to_string(times) + ".example;"))
            << answer.last_results;
      }
    }
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  auto const at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("nothing to replace: " + std::string(from));
  return text.replace(at, from.size(), to);
}
// The whole field of that name with that instance; the first one.
std::string arc_field(std::string const& message, std::string_view name, std::uint32_t instance) {
  for (auto const& field : split_header(message))
    if (field.name() == name && arc_instance(field.value()) == instance) return field.text;
  throw std::runtime_error("no such field");
}

TEST(Arc, each_byte_that_changes_in_what_is_sealed_breaks_the_chain) {
  auto const message = sealed_times(2);
  auto const dns = hop_dns();
  // The last digit of the last seal's base64 has bits that stand for nothing.
  auto const last_digit = arc_field(message, "ARC-Seal", 2).size() - std::string_view("x==\r\n").size();
  for (std::size_t at = 0; at < message.size(); ++at) {
    char const was = message[at];
    if (was == '\r' || was == '\n' || was == ' ' || was == '\t' || at == last_digit) continue;
    auto changed = message;
    changed[at] = was == 'x' ? 'y' : 'x';
    EXPECT_NE(verify_arc(changed, dns).result, ArcResult::pass) << at << " in " << message.substr(at, 20);
  }
}

TEST(Arc, white_space_that_relays_change_breaks_nothing) {
  auto message = sealed_times(2);
  message.replace(message.find("Subject: hello"), 14, "SUBJECT :\r\n hello \t");
  message += "\r\n\r\n";
  EXPECT_EQ(verify_arc(message, hop_dns()).result, ArcResult::pass);
}

TEST(Arc, what_is_changed_before_the_next_seal_is_the_next_sealers_word) {
  auto message = sealed_times(1);
  auto const chain = verify_arc(message, hop_dns());
  message.replace(message.find("Subject: "), 9, "Subject: [list] ");
  message += "-- \r\na footer\r\n";
  EXPECT_EQ(verify_arc(message, hop_dns()).result, ArcResult::fail);
  auto const passed_on = sealed(message, test_signer("hop2.example"), chain);
  EXPECT_EQ(verify_arc(passed_on, hop_dns()).result, ArcResult::pass);
}

TEST(Arc, a_broken_chain_is_sealed_as_one_once_and_then_never_again) {
  auto message = sealed_times(2) + "an addition\r\n";
  auto const broken = verify_arc(message, hop_dns());
  EXPECT_EQ(broken.result, ArcResult::fail);
  EXPECT_FALSE(broken.ended);
  message = sealed(message, test_signer("hop3.example"), broken);
  EXPECT_NE(message.find("cv=fail"), std::string::npos);
  auto const ended = verify_arc(message, hop_dns());
  EXPECT_EQ(ended.result, ArcResult::fail);
  EXPECT_TRUE(ended.ended);
  EXPECT_EQ(ended.instances, 3U);
  EXPECT_EQ(sealed(message, test_signer("hop4.example"), ended), message);
}

TEST(Arc, the_end_of_a_chain_is_seen_whatever_is_wrong_below_it) {
  auto const two = sealed_times(2);
  auto message = replaced(two, arc_field(two, "ARC-Message-Signature", 1), "");
  message = sealed(message, test_signer("hop3.example"), verify_arc(message, hop_dns()));
  auto const answer = verify_arc(message, hop_dns());
  EXPECT_EQ(answer.result, ArcResult::fail);
  EXPECT_TRUE(answer.ended);
}

TEST(Arc, nobody_seals_more_than_fifty_times) {
  ArcAnswer full{.result = ArcResult::pass, .instances = 50};
  EXPECT_EQ(sealed(list_message, test_signer(), full), list_message);
  ArcAnswer const unknown{.result = ArcResult::temperror, .instances = 1};
  EXPECT_EQ(sealed(list_message, test_signer(), unknown), list_message);
}

TEST(Arc, a_dns_that_does_not_answer_is_no_broken_chain) {
  auto dns = hop_dns();
  dns.broken.insert("ed._domainkey.hop1.example");
  EXPECT_EQ(verify_arc(sealed_times(2), dns).result, ArcResult::temperror);
  EXPECT_EQ(verify_arc(sealed_times(2), dns_with_keys({"hop2.example"})).result,
            ArcResult::fail);  // there is no key
}

struct Structure {
  char const* what;
  std::function<std::string(std::string const&)> change;
};

TEST(Arc, sets_have_each_field_once_and_are_counted_without_a_gap) {
  auto const message = sealed_times(2);
  std::vector<Structure> cases;
  for (std::string const name : {"ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"})
    for (std::uint32_t const instance : {1U, 2U}) {
      auto const field = arc_field(message, name, instance);
      auto const number = "i=" + std::to_string(instance);
      cases.push_back({"missing", [=](std::string const& text) { return replaced(text, field, ""); }});
      cases.push_back({"twice", [=](std::string const& text) { return field + text; }});
      for (std::string const other : {"", "i=", "i=0", "i=x", "i=51", "i=4294967297", "i=-1", "i=3"})
        cases.push_back({"another instance", [=](std::string const& text) {
                           return replaced(text, field, replaced(field, number, other));
                         }});
    }
  auto const results = arc_field(message, "ARC-Authentication-Results", 1);
  cases.push_back({"no semicolon", [=](std::string const& text) {
                     return replaced(text, results, replaced(results, "i=1; ", "i=1 "));
                   }});
  cases.push_back({"not first", [=](std::string const& text) {
                     return replaced(text, results,
                                     replaced(results, "i=1; mx.hop1.example;", "mx.hop1.example; i=1;"));
                   }});
  for (auto const& [what, change] : cases) {
    auto const answer = verify_arc(change(message), hop_dns());
    EXPECT_EQ(answer.result, ArcResult::fail) << what;
    EXPECT_FALSE(answer.problem.empty());
  }
}

// A set whose seal and signature are written by hand, tag by tag, all of one key.
struct ArcByHand {
  std::string signature_tags = "i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed; t=12345";
  std::string names = "from:to:date:subject:mime-version:arc-authentication-results";
  std::string seal_tags = "i=1; a=ed25519-sha256; t=12345; cv=none; d=our.example; s=ed";
  Canonical header_form = Canonical::relaxed, body_form = Canonical::relaxed;
};
std::string set_by_hand(ArcByHand const& how) {
  std::string const results =
      "ARC-Authentication-Results: i=1; lists.example.org; spf=pass smtp.mailfrom=a@our.example\r\n";
  auto const end = list_message.find("\r\n\r\n") + 4;
  auto const header = results + list_message.substr(0, end), body = list_message.substr(end);
  auto const signature = sign_by_hand({.field = "ARC-Message-Signature",
                                       .tags = how.signature_tags,
                                       .names = how.names,
                                       .header_form = how.header_form,
                                       .body_form = how.body_form},
                                      header, body);
  std::string const seal = "ARC-Seal: " + how.seal_tags + "; b=";
  auto const hash = next_seal_hash({}, ArcAnswer{}, results, signature, seal);
  return seal + base64(test_key(KeyType::ed25519)->sign(hash)) + "\r\n" + signature + header + body;
}

struct ArcTags {
  std::string tags;
  ArcResult result;
};

TEST(Arc, tags_of_the_message_signature_are_read_as_the_rfc_has_them) {
  ArcTags const cases[] = {
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed; t=12345", ArcResult::pass},
      {"i = 1 ; a= ed25519-sha256 ; c =relaxed/relaxed ;\r\n\td=our.example; s=ed", ArcResult::pass},
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed; w=catparty", ArcResult::pass},
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed; ==", ArcResult::fail},
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed; s=ed", ArcResult::fail},
      {"i=1; A=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256;; c=relaxed/relaxed; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed; t=1 2345", ArcResult::fail},
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed; t=", ArcResult::fail},
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed; t=x", ArcResult::fail},
      {"i=1; a=rsa-sha1; c=relaxed/relaxed; d=our.example; s=rsa", ArcResult::fail},
      {"i=1; c=relaxed/relaxed; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=; c=relaxed/relaxed; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=rsa-sha512; c=relaxed/relaxed; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; c=; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; c=other; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; d=; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our...; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example", ArcResult::fail},
      {"i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=", ArcResult::fail},
      {"a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed", ArcResult::fail},
  };
  for (auto const& [tags, result] : cases) {
    auto const answer = verify_arc(set_by_hand({.signature_tags = tags}), dns_with_keys());
    EXPECT_EQ(answer.result, result) << tags << ": " << answer.problem;
  }
}

TEST(Arc, tags_of_the_seal_are_read_as_the_rfc_has_them) {
  ArcTags const cases[] = {
      {"i=1; a=ed25519-sha256; t=12345; cv=none; d=our.example; s=ed", ArcResult::pass},
      {"i=1; a=ed25519-sha256; cv=none; d=our.example; s=ed", ArcResult::pass},
      {" i =1;a = ed25519-sha256; cv= none ; d=our.example;\r\n s=ed; w=catparty", ArcResult::pass},
      {"i=1; a=ed25519-sha256; t=12345; cv=pass; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=12345; cv=fail; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=12345; cv=other; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=12345; cv=; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=12345; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=12345; cv=none; d=our.example; s=ed; h=from", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=; cv=none; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=x; cv=none; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=rsa-sha1; t=12345; cv=none; d=our.example; s=rsa", ArcResult::fail},
      {"i=1; t=12345; cv=none; d=our.example; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=12345; cv=none; d=***; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=12345; cv=none; s=ed", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=12345; cv=none; d=our.example", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=12345; cv=none; d=our.example; s=ed; _=", ArcResult::fail},
      {"i=1; a=ed25519-sha256; t=12345; cv=none; d=our.example; s=ed;; x=y", ArcResult::fail},
  };
  for (auto const& [tags, result] : cases) {
    auto const answer = verify_arc(set_by_hand({.seal_tags = tags}), dns_with_keys());
    EXPECT_EQ(answer.result, result) << tags << ": " << answer.problem;
  }
}

TEST(Arc, the_message_signature_signs_like_dkim_but_never_a_seal) {
  EXPECT_EQ(verify_arc(set_by_hand({.names = ""}), dns_with_keys()).result,
            ArcResult::pass);  // h= may be empty here
  EXPECT_EQ(verify_arc(set_by_hand({.names = "Subject : from : nothing : nothing"}), dns_with_keys()).result,
            ArcResult::pass);
  EXPECT_EQ(verify_arc(set_by_hand({.names = "from:arc-seal"}), dns_with_keys()).result, ArcResult::fail);
  ArcByHand const simple{.signature_tags = "i=1; a=ed25519-sha256; d=our.example; s=ed",
                         .header_form = Canonical::simple,
                         .body_form = Canonical::simple};
  EXPECT_EQ(verify_arc(set_by_hand(simple), dns_with_keys()).result,
            ArcResult::pass);  // c= is simple/simple when it is not there
}

TEST(Arc, a_signature_of_a_part_of_the_body_does_not_count) {
  ArcByHand const partial{.signature_tags =
                              "i=1; a=ed25519-sha256; c=relaxed/relaxed; d=our.example; s=ed; l=1"};
  EXPECT_EQ(verify_arc(set_by_hand(partial), dns_with_keys()).result, ArcResult::fail);
}

TEST(Arc, the_signatures_that_came_are_covered_by_ours) {
  auto const dkim = sign_by_hand({}, list_message, "");
  auto const message = sealed(dkim + list_message, test_signer("hop1.example"), {});
  EXPECT_EQ(verify_arc(message, hop_dns()).result, ArcResult::pass);
  EXPECT_EQ(verify_arc(replaced(message, dkim, ""), hop_dns()).result, ArcResult::fail);
}

}  // namespace
}  // namespace postern::tests
