#include <gtest/gtest.h>

#include "dialogue/transaction.hpp"
#include "policy/around_decide.hpp"
#include "policy/rules.hpp"
#include "support/conversation.hpp"

namespace postern::dialogue {
namespace {

using policy::ConnectionEnd;
using policy::Outcome;
using tests::converse;
using tests::Stage;

std::string const ehlo_clear = R"(
  C: EHLO client.example
  S: 250-mx.example.org
  S: 250-PIPELINING
  S: 250-SIZE 52428800
  S: 250-STARTTLS
  S: 250-ENHANCEDSTATUSCODES
  S: 250-8BITMIME
  S: 250-DSN
  S: 250-CHUNKING
  S: 250-BINARYMIME
  S: 250-SMTPUTF8
  S: 250 LIMITS RCPTMAX=1000
)";
std::string const ehlo_tls = R"(
  C: EHLO client.example
  S: 250-mx.example.org
  S: 250-PIPELINING
  S: 250-SIZE
  S: 250-REQUIRETLS
  S: 250-ENHANCEDSTATUSCODES
  S: 250-8BITMIME
  S: 250-DSN
  S: 250-CHUNKING
  S: 250-BINARYMIME
  S: 250-SMTPUTF8
  S: 250 LIMITS
)";

TEST(ServerDialogue, TakesAMessageInTheClear) {  // RFC 5321 section 3.3, RFC 2920
  auto const stage = converse("S: 220 mx.example.org ESMTP\n" + ehlo_clear + R"(
    C: MAIL FROM:<a@far.example> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=x
    S: 250 2.1.0
    C: RCPT TO:<alice@example.org> NOTIFY=SUCCESS ORCPT=rfc822;a@b.example
    S: 250 2.1.5
    C: DATA
    S: 354
    C: Subject: x
    C:
    C: ..dot
    C: .
    S: 250 2.0.0 Ok: queued as
    C: QUIT
    S: 221 2.0.0)");
  ASSERT_EQ(stage.messages, (std::vector<std::string>{"Subject: x\r\n\r\n.dot\r\n"}));
  ASSERT_EQ(stage.transactions.size(), 1U);
  EXPECT_EQ(stage.transactions[0].outcome, Outcome::accepted);
  EXPECT_EQ(stage.transactions[0].mail.envid, "x");
  EXPECT_TRUE(stage.transactions[0].recipients[0].notify.success);
  EXPECT_EQ(stage.ended.end, ConnectionEnd::quit);
  EXPECT_EQ(stage.ended.messages, 1U);
}

TEST(ServerDialogue, TakesTheNullSenderPostmasterSourceRoutesAndLiterals) {
  auto const stage = converse(R"(
    S: 220
    C: HELO x
    S: 250 mx.example.org
    C: MAIL FROM:<>
    S: 250
    C: RCPT TO:<postmaster>
    S: 250
    C: RCPT TO:<@a.example,@b.example:bob@example.org>
    S: 250
    C: RCPT TO:<"alice"@example.org>
    S: 250
    C: RCPT TO:<postmaster@[192.0.2.1]>
    S: 550 5.7.1
    C: DATA
    S: 354
    C: .
    S: 250)");
  EXPECT_EQ(stage.messages, std::vector<std::string>{"\r\n"});
  EXPECT_EQ(stage.transactions[0].recipients.size(), 4U);
}

TEST(ServerDialogue, KeepsTheOrderOfCommands) {
  converse(R"(
    S: 220
    C: MAIL FROM:<a@b.example>
    S: 503 5.5.1 EHLO or HELO first
    C: STARTTLS
    S: 503
    C: HELO x
    S: 250
    C: RCPT TO:<alice@example.org>
    S: 503
    C: DATA
    S: 503
    C: MAIL FROM:<a@b.example>
    S: 250
    C: MAIL FROM:<a@b.example>
    S: 503
    C: DATA
    S: 503
    C: RCPT TO:<nobody@example.org>
    S: 550 5.1.1
    C: DATA
    S: 503
    C: RSET
    S: 250
    C: RCPT TO:<alice@example.org>
    S: 503
    C: EHLO
    S: 501
    C: NOOP whatever
    S: 250
    C: VRFY alice
    S: 252
    C: EXPN list
    S: 502
    C: HELP
    S: 214
    C: FROB
    S: 500 5.5.1
    C: DATA x
    S: 503
    C: QUIT now
    S: 501
    C: QUIT
    S: 221)");
}

TEST(ServerDialogue, ForgetsEverythingAtStarttls) {  // RFC 3207 section 4.2
  auto const stage = converse("S: 220\n" + ehlo_clear + R"(
    C: STARTTLS
    S: 220 2.0.0
    T: ok
    C: MAIL FROM:<a@b.example>
    S: 503 5.5.1 EHLO or HELO first
)" + ehlo_tls + R"(
    C: STARTTLS
    S: 503 5.5.1 TLS is already on
    C: MAIL FROM:<a@b.example> REQUIRETLS
    S: 250
    C: RCPT TO:<alice@example.org>
    S: 250
    C: DATA
    S: 354
    C: .
    S: 250)");
  EXPECT_TRUE(stage.transactions.at(0).mail.requiretls);
  EXPECT_EQ(stage.ended.tls.version, "TLSv1.3");
  EXPECT_TRUE(stage.ended.tls.offered && stage.ended.tls.requested);
}

TEST(ServerDialogue, RefusesStarttlsWithinATransaction) {
  converse("S: 220\n" + ehlo_clear + R"(
    C: MAIL FROM:<a@b.example>
    S: 250
    C: STARTTLS
    S: 503 5.5.1 STARTTLS is not possible within a transaction; RSET ends it
    C: RSET
    S: 250
    C: STARTTLS
    S: 220
    T: ok)");
}

TEST(ServerDialogue, RefusesStarttlsWithAnArgumentAndWhereItIsNotOffered) {
  converse("S: 220\n" + ehlo_clear + "C: STARTTLS now\nS: 501 5.5.4");
  Stage none;
  none.connection.listener_tls = policy::ListenerTls::none;
  converse("S: 220\nC: HELO x\nS: 250\nC: STARTTLS\nS: 502", none);
}

TEST(ServerDialogue, EndsWhenTheHandshakeFails) {
  auto const stage = converse("S: 220\n" + ehlo_clear + "C: STARTTLS\nS: 220\nT: fail\nC: EHLO again");
  EXPECT_EQ(stage.ended.end, ConnectionEnd::tls_failed);
  EXPECT_EQ(stage.ended.tls.state, policy::TlsState::failed);
}

TEST(ServerDialogue, CountsAndDropsWhatIsSentBehindStarttls) {  // CVE-2011-0411
  Stage stage;
  tests::Play play(stage);
  play.bytes("EHLO x\r\nSTARTTLS\r\nMAIL FROM:<injected@evil.example>\r\n", 8192);
  play.handshake(true);
  play.bytes("EHLO x\r\n", 8192);
  play.end();
  EXPECT_EQ(stage.ended.tls.injected, 35U);
  EXPECT_EQ(stage.transactions.size(), 0U);
}

TEST(ServerDialogue, SaysNothingToStarttlsUntilItIsKnownWhetherAHandshakeCanBegin) {
  Stage stage;
  ServerDialogue dialogue(stage.settings, stage.policy, stage.connection);
  dialogue.on_line({"EHLO x"}, from_micros(1));
  auto const step = dialogue.on_line({"STARTTLS"}, from_micros(2));
  EXPECT_FALSE(step.reply);
  EXPECT_EQ(step.then, Then::start_tls);
  EXPECT_EQ(dialogue.on_tls_ready().code, 220);
  auto const unavailable = dialogue.on_tls_unavailable();
  EXPECT_EQ(unavailable.reply->code, 454);  // RFC 3207 section 4
  EXPECT_EQ(unavailable.then, Then::read_line);
  EXPECT_EQ(dialogue.on_line({"MAIL FROM:<a@b.example>"}, from_micros(3)).then, Then::ask_verdict)
      << "the conversation goes on in the clear";
}

TEST(ServerDialogue, DoesNotOfferStarttlsToWhoKeepsFailing) {
  Stage stage;
  stage.connection.remembered.failed_handshakes = 3;
  stage.connection.remembered.last_failure = from_micros(500'000);
  tests::Play play(stage);
  play.bytes("EHLO x\r\nEHLO x\r\n", 8192);
  EXPECT_EQ(play.output.find("STARTTLS"), std::string::npos);
  play.end();
  EXPECT_EQ(stage.ended.tls.offers_withheld, 2U) << "each answer to EHLO counts";
}

TEST(ServerDialogue, RequiresTlsOnlyWhenTold) {
  Stage always;
  always.policy.tls = policy::TlsRequirement::always;
  auto const stage = converse("S: 220\n" + ehlo_clear + R"(
    C: MAIL FROM:<a@b.example>
    S: 250
    C: RCPT TO:<alice@example.org>
    S: 530 5.7.0 Must issue a STARTTLS command first
    C: NOOP
    S: 250
    C: QUIT
    S: 221)",
                              always);
  EXPECT_EQ(stage.transactions.at(0).outcome, Outcome::refused);
  EXPECT_EQ(stage.transactions.at(0).decided_by.builtin, policy::Builtin::tls_require);
}

TEST(ServerDialogue, AVerdictCanRefuseAClientBeforeTheGreeting) {  // RFC 5321 section 3.1
  Stage stage;
  ServerDialogue dialogue(stage.settings, stage.policy, stage.connection);
  EXPECT_FALSE(dialogue.on_verdict({}).reply) << "the greeting is still to come";
  policy::Verdict verdict;
  verdict.effect = policy::Effect::reject;
  verdict.reply = {550, {5, 7, 1}, "Not you"};
  auto const refused = dialogue.on_verdict(verdict);
  EXPECT_EQ(refused.reply->one_line(), "554 mx.example.org Not you");
  EXPECT_EQ(refused.then, Then::close);
  verdict.effect = policy::Effect::defer;
  EXPECT_EQ(dialogue.on_verdict(verdict).reply->code, 421);
}

TEST(ServerDialogue, TakesWhatTheSessionFindsOut) {
  Stage stage;
  ServerDialogue dialogue(stage.settings, stage.policy, stage.connection);
  dialogue.on_proxy(*IpAddress::parse("198.51.100.7"), 4711);
  dialogue.on_client_name("mail.far.example");
  dialogue.on_line({"HELO x"}, from_micros(1));
  dialogue.on_line({"MAIL FROM:<a@far.example>"}, from_micros(2));
  dialogue.on_spf(policy::Spf::pass);
  dialogue.on_message_id(MessageId{7});
  policy::TlsMemory const memory;
  dialogue.on_memory(memory, policy::DeferredMail());
  auto const& facts = dialogue.facts();
  EXPECT_EQ(facts.connection.client.print(), "198.51.100.7");
  EXPECT_EQ(facts.connection.port, 4711);
  EXPECT_EQ(facts.connection.identity, "far.example");
  EXPECT_EQ(facts.transaction.spf, policy::Spf::pass);
  EXPECT_EQ(facts.transaction.id, MessageId{7});
}

TEST(ServerDialogue, ARuleCanRefuseAHelloOrASender) {
  Stage ruled;
  policy::Rule helo{"helo",
                    "client.helo == 'bad.example'",
                    policy::Effect::reject,
                    {550, {5, 7, 1}, "Not you"},
                    policy::Rule::everybody,
                    {}};
  policy::Rule sender{"sender",
                      "sender.domain == 'bad.example'",
                      policy::Effect::defer,
                      {450, {4, 7, 1}, "Later"},
                      policy::Rule::everybody,
                      {}};
  ruled.policy.rules = *policy::RuleSet::compile({helo, sender}, {});
  auto const stage = converse(R"(
    S: 220
    C: EHLO bad.example
    S: 550 5.7.1 Not you
    C: MAIL FROM:<a@b.example>
    S: 503
    C: HELO good.example
    S: 250 mx.example.org
    C: MAIL FROM:<a@bad.example>
    S: 450 4.7.1 Later
    C: MAIL FROM:<a@b.example>
    S: 250
    C: QUIT
    S: 221)",
                              ruled);
  EXPECT_EQ(stage.transactions.at(0).outcome, Outcome::deferred);
  EXPECT_EQ(stage.transactions.at(0).decided_by.rule, "sender");
}

TEST(ServerDialogue, EndsDataAtCrLfDotCrLfOnly) {
  auto const stage = converse(R"(
    S: 220
    C: HELO x
    S: 250
    C: MAIL FROM:<a@b.example>
    S: 250
    C: RCPT TO:<alice@example.org>
    S: 250
    C: DATA
    S: 354
    X: one\n.\nMAIL FROM:<smuggled@evil.example>\r.\r\n.\rtwo\r\n.\r\n
    S: 250)");
  EXPECT_EQ(stage.messages.at(0), "\r\none\r\n.\r\nMAIL FROM:<smuggled@evil.example>\r\n.\r\n\r\ntwo\r\n");
  EXPECT_EQ(stage.transactions.at(0).bare_newlines, 4U);
}

TEST(ServerDialogue, RefusesBareNewlinesWhenTold) {
  Stage reject;
  reject.settings.bare_newlines = BareNewlines::reject;
  auto const stage = converse(R"(
    S: 220
    C: HELO x
    S: 250
    X: NOOP\n
    S: 500 5.5.2
    C: MAIL FROM:<a@b.example>
    S: 250
    C: RCPT TO:<alice@example.org>
    S: 250
    C: DATA
    S: 354
    X: a\nb\r\n.\r\n
    S: 550 5.6.0
    C: NOOP
    S: 250)",
                              reject);
  EXPECT_TRUE(stage.messages.empty());
}

TEST(ServerDialogue, TakesChunks) {  // RFC 3030
  auto const stage = converse(R"(
    S: 220
    C: HELO x
    S: 250
    C: MAIL FROM:<a@b.example> BODY=BINARYMIME
    S: 250
    C: RCPT TO:<alice@example.org>
    S: 250
    C: DATA
    S: 503
    C: BDAT 6
    X: a\n\0\x.\r
    S: 250
    C: RCPT TO:<bob@example.org>
    S: 503
    C: BDAT 3 LAST
    X: \n.b
    S: 250
    C: BDAT 5
    X: QUIT\r
    S: 503
    C: NOOP
    S: 250)");
  EXPECT_EQ(stage.messages.at(0), std::string("\r\na\n\0\xff.\r\n.b", 11));
  EXPECT_TRUE(stage.transactions.at(0).chunking);
}

TEST(ServerDialogue, ClosesOnABdatWithoutASize) {
  auto const stage = converse("S: 220\nC: HELO x\nS: 250\nC: BDAT many\nS: 501");
  EXPECT_EQ(stage.ended.end, ConnectionEnd::error);
}

TEST(ServerDialogue, KeepsItsLimits) {
  Stage small;
  small.settings.max_recipients = 2;
  small.settings.max_message_size = 100;
  small.settings.max_hops = 1;
  small.settings.max_header_size = 60;
  auto const envelope = std::string(
      "C: MAIL FROM:<a@b.example>\nS: 250\nC: RCPT TO:<alice@example.org>\nS: 250\nC: DATA\nS: 354\n");
  converse("S: 220\nC: HELO x\nS: 250\nC: MAIL FROM:<a@b.example> SIZE=101\nS: 552 5.3.4\n" + envelope +
               "C: " + std::string(50, 'x') + "\nC:\nC: " + std::string(100, 'y') + "\nC: .\nS: 552 5.3.4\n" +
               envelope + "C: Received: a\nC: Received: b\nC: .\nS: 554 5.4.6\n" + envelope +
               "C: X: " + std::string(70, 'x') + "\nC: .\nS: 552 5.3.4 Header\n" + R"(
    C: MAIL FROM:<a@b.example>
    S: 250
    C: RCPT TO:<1@any.example>
    S: 250
    C: RCPT TO:<2@any.example>
    S: 250
    C: RCPT TO:<3@any.example>
    S: 452 4.5.3)",
           small);
}

TEST(ServerDialogue, SendsAwayWhoMakesTooManyErrors) {
  Stage strict;
  strict.settings.max_errors = 2;
  auto const stage = converse("S: 220\nC: A\nS: 500\nC: B\nS: 500\nC: C\nS: 421 4.7.0", strict);
  EXPECT_EQ(stage.ended.end, ConnectionEnd::too_many_errors);
}

TEST(ServerDialogue, RefusesNulAndEightBitAndControlsInCommands) {
  converse(R"(
    S: 220
    X: NOOP \0\r\n
    S: 500 5.5.2
    X: RSET \x\r\n
    S: 500 5.5.2
    X: EHLO a\rb\r\n
    S: 500 5.5.2
    X: NOOP a\rb\r\n
    S: 500 5.5.2
    C: HELO x
    S: 250
    C: MAIL FROM:<ü@b.example>
    S: 553 5.6.7
    C: MAIL FROM:<ü@b.example> SMTPUTF8
    S: 250
    C: MAIL FROM:<a@b.example> AUTH=<>
    S: 503
    C: RSET
    S: 250
    C: MAIL FROM:<a@b.example> FROB=1
    S: 555 5.5.4
    C: MAIL FROM:<a@b.example> REQUIRETLS
    S: 555 5.5.4)");
}

TEST(ServerDialogue, TakesClientsWhateverTheyCallThemselves) {  // RFC 5321 section 4.1.4
  std::vector<std::pair<std::string, std::string>> const names{
      {"M\xc3\x9cLLER-PC", "M\xc3\x9cLLER-PC"},
      {"M\xdcLLER-PC", "M?LLER-PC"},
      {"my_pc.", "my_pc."},
      {"[IPv6:::1]", "[IPv6:::1]"},
      {"a b", "a"},
      {"(x);", "(x);"},
      {std::string(300, 'x'), std::string(255, 'x')}};
  for (auto const& [name, kept] : names)
    for (auto const* verb : {"HELO ", "EHLO "}) {
      Stage stage;
      tests::Play play(stage);
      play.bytes(verb + name + "\r\n", 8192);
      EXPECT_NE(play.output.find("\r\n250"), std::string::npos) << name;
      play.end();
      EXPECT_EQ(stage.ended.helo, kept);
    }
}

TEST(ServerDialogue, TakesMailWithDecorationsThatItCannotRead) {
  auto const stage = converse(R"(
    S: 220
    C: HELO x
    S: 250
    C: MAIL FROM:<a@b.example> AUTH=<> ENVID=X400-MTS-Id:+20[/PRMD+3dFirst/]
    S: 250
    C: RCPT TO:<alice@example.org> ORCPT=rfc822;alice+2btag@example.org
    S: 250
    C: RCPT TO:<bob@example.org> ORCPT=utf-8;ü@example.org
    S: 250
    C: RCPT TO:<info@example.org> ORCPT=nothing
    S: 250
    C: DATA
    S: 354
    C: .
    S: 250)");
  auto const& transaction = stage.transactions.at(0);
  EXPECT_EQ(transaction.mail.envid, "X400-MTS-Id:+20[/PRMD+3DFirst/]");
  EXPECT_EQ(transaction.recipients.at(0).orcpt, "rfc822;alice+2Btag@example.org");
  EXPECT_EQ(transaction.recipients.at(1).orcpt, "utf-8;\\x{FC}@example.org");
  EXPECT_EQ(transaction.recipients.at(2).orcpt, "");
}

TEST(ServerDialogue, SaysWhenAMessageCannotBeKept) {
  std::string const message =
      "S: 220\nC: HELO x\nS: 250\nC: MAIL FROM:<a@b.example>\nS: 250\nC: RCPT TO:<alice@example.org>\nS: "
      "250\nC: DATA\nS: 354\nC: .\n";
  Stage full;
  full.stored = Stored::full;
  EXPECT_EQ(converse(message + "S: 452 4.3.1", full).transactions.at(0).outcome, Outcome::deferred);
  Stage broken;
  broken.stored = Stored::broken;
  converse(message + "S: 451 4.3.0", broken);
}

TEST(ServerDialogue, SaysGoodbyeWhenTimeIsUpOrTheServerStops) {
  for (bool const shutdown : {false, true}) {
    Stage stage;
    ServerDialogue dialogue(stage.settings, stage.policy, stage.connection);
    auto const step = shutdown ? dialogue.on_shutdown() : dialogue.on_timeout();
    EXPECT_EQ(step.reply->code, 421);
    EXPECT_EQ(step.then, Then::close);
    EXPECT_EQ(dialogue.facts().connection.end, shutdown ? ConnectionEnd::shutdown : ConnectionEnd::timeout);
  }
}

TEST(Transaction, PassesAReportOnToTheSenderOfTheForwardedMailAndNothingElse) {
  Stage fresh;
  fresh.policy.srs = std::make_shared<auth::Srs const>(std::vector<std::string>{"a secret of ours"});
  auto const returned =
      fresh.policy.srs->rewritten(tests::address("a@far.example"), *Domain::parse("example.org"), {})
          ->print();
  auto const stage = converse(R"(
    S: 220
    C: HELO x
    S: 250
    C: MAIL FROM:<>
    S: 250
    C: RCPT TO:<)" + returned + R"(>
    S: 250
    C: RCPT TO:<SRS0=aaaaaa=aa=far.example=a@example.org>
    S: 550 5.1.1
    C: DATA
    S: 354
    C: .
    S: 250
    C: MAIL FROM:<b@far.example>
    S: 250
    C: RCPT TO:<)" + returned + R"(>
    S: 550 5.1.1)",
                              fresh);
  policy::Facts facts;
  facts.transaction = stage.transactions.at(0);
  auto const envelope = make_envelope(facts, stage.policy.directory, from_micros(7));
  ASSERT_EQ(envelope.recipients.size(), 1U);
  EXPECT_EQ(envelope.recipients[0].address.print(), "a@far.example");
  EXPECT_EQ(envelope.recipients[0].original, returned);
}

TEST(Transaction, PutsEachMailboxIntoTheEnvelopeOnce) {
  auto const stage = converse(R"(
    S: 220
    C: HELO x
    S: 250
    C: MAIL FROM:<a@b.example>
    S: 250
    C: RCPT TO:<alice@example.org>
    S: 250
    C: RCPT TO:<info@example.org> NOTIFY=NEVER
    S: 250
    C: RCPT TO:<nobody@example.org>
    S: 550
    C: DATA
    S: 354
    C: .
    S: 250)");
  policy::Facts facts;
  facts.transaction = stage.transactions.at(0);
  auto const envelope = make_envelope(facts, stage.policy.directory, from_micros(7));
  ASSERT_EQ(envelope.recipients.size(), 2U);
  EXPECT_EQ(envelope.recipients[0].address.print(), "alice@example.org");
  EXPECT_EQ(envelope.recipients[1].address.print(), "x@elsewhere.example");
  EXPECT_EQ(envelope.recipients[1].original, "info@example.org");
  EXPECT_EQ(envelope.recipients[1].notify.print(), "NEVER");
  EXPECT_EQ(make_trace(facts, "mx", MessageId{1}, from_micros(0)).for_recipient, "");  // two were accepted
}

policy::Facts facts_for_alice_and_bob() {
  policy::Facts facts;
  facts.transaction.mail.reverse_path = *wire::parse_mailbox("a@far.example");
  for (auto const* recipient : {"alice@example.org", "bob@example.org"})
    facts.transaction.recipients.push_back({.address = *wire::parse_mailbox(recipient), .accepted = true});
  return facts;
}

TEST(Transaction, TakesOverWhatFiltersHaveMadeOfTheEnvelope) {
  auto const directory = tests::example_policy().directory;
  auto facts = facts_for_alice_and_bob();
  facts.transaction.filter.deleted = {"bob@example.org", "nobody@example.org", "no address"};
  facts.transaction.filter.added = {"x@elsewhere.example", "alice@example.org", ""};
  facts.transaction.filter.sender = "new@far.example";
  facts.transaction.filter.flags = {"filters.verdict; spam: odd"};
  auto envelope = make_envelope(facts, directory, from_micros(7));
  ASSERT_EQ(envelope.recipients.size(), 2U);
  EXPECT_EQ(envelope.recipients[0].address.print(), "alice@example.org");
  EXPECT_EQ(envelope.recipients[1].address.print(), "x@elsewhere.example");
  EXPECT_EQ(envelope.sender(), "new@far.example");
  EXPECT_EQ(envelope.flags, "filters.verdict; spam: odd\n");
  EXPECT_FALSE(envelope.held);
  facts.transaction.filter.sender = "";
  EXPECT_FALSE(make_envelope(facts, directory, from_micros(7)).reverse_path);
  facts.transaction.filter.sender = "no address";
  EXPECT_EQ(make_envelope(facts, directory, from_micros(7)).sender(), "a@far.example");
}

TEST(Transaction, HoldsAMessageWhoseRecipientsAFilterTakesAwayAndDropsNone) {
  auto facts = facts_for_alice_and_bob();
  facts.transaction.filter.deleted = {"alice@example.org", "bob@example.org"};
  auto const envelope = make_envelope(facts, tests::example_policy().directory, from_micros(7));
  EXPECT_EQ(envelope.recipients.size(), 2U);
  EXPECT_TRUE(envelope.held);
}

std::string guesses(int count) {
  std::string script;
  for (int i = 0; i < count; ++i)
    script += "C: RCPT TO:<u" + std::to_string(i) + "@example.org>\nS: 550 5.1.1\n";
  return script;
}

std::string const until_mail = "S: 220\nC: HELO x\nS: 250\nC: MAIL FROM:<a@far.example>\nS: 250\n";

TEST(ServerDialogue, SendsAwayWhoNamesTooManyRecipientsThatDoNotExist) {
  tests::Stage limited;
  limited.settings.max_refused_recipients = 4;
  auto const stage = tests::converse(until_mail + "C: RCPT TO:<alice@example.org>\nS: 250\n" + guesses(4) +
                                         "C: RCPT TO:<x@elsewhere.example>\nS: 421 4.7.0\n",
                                     limited);
  EXPECT_EQ(stage.ended.end, policy::ConnectionEnd::too_many_errors);
  ASSERT_EQ(stage.transactions.size(), 1U);
  EXPECT_EQ(stage.transactions[0].outcome, policy::Outcome::aborted);
}

TEST(ServerDialogue, CountsRefusedRecipientsOverTheTransactionsOfAConnection) {
  tests::Stage limited;
  limited.settings.max_refused_recipients = 2;
  tests::converse(until_mail + guesses(2) +
                      "C: RSET\nS: 250\nC: MAIL FROM:<b@far.example>\nS: 250\n"
                      "C: RCPT TO:<nobody@example.org>\nS: 421 4.7.0\n",
                  limited);
}

TEST(ServerDialogue, LetsThoseRelayWhoseListsAreStale) {
  tests::Stage ours;
  ours.settings.max_refused_recipients = 2;
  ours.connection.client = *IpAddress::parse("192.0.2.7");  // it may relay
  tests::converse(until_mail + guesses(10) + "C: RCPT TO:<x@elsewhere.example>\nS: 250\nC: QUIT\nS: 221\n",
                  ours);
}

TEST(ServerDialogue, ListsOnlySomeOfTheRecipientsThatWereRefused) {
  auto const stage = tests::converse(until_mail + "C: RCPT TO:<alice@example.org>\nS: 250\n" + guesses(30) +
                                         "C: RCPT TO:<bob@example.org>\nS: 250\nC: DATA\nS: 354\n"
                                         "C: Subject: x\nC: .\nS: 250\nC: QUIT\nS: 221\n",
                                     tests::Stage());
  ASSERT_EQ(stage.transactions.size(), 1U);
  auto const& transaction = stage.transactions[0];
  EXPECT_EQ(transaction.recipients.size(), 2U + policy::most_guesses_listed);
  EXPECT_EQ(transaction.recipients_unlisted, 30U - policy::most_guesses_listed);
  EXPECT_TRUE(transaction.recipients.back().accepted);
}

TEST(ServerDialogue, CountsEveryRecipientTowardsTheLimitOfATransaction) {
  tests::Stage limited;
  limited.settings.max_recipients = 25;
  tests::converse(
      until_mail + guesses(25) + "C: RCPT TO:<alice@example.org>\nS: 452 4.5.3\nC: QUIT\nS: 221\n", limited);
}

TEST(ServerDialogue, SendsAwayWhoBeginsTransactionsThatLeadToNothing) {
  tests::Stage limited;
  limited.settings.max_idle_commands = 6;
  std::string script = "S: 220\nC: HELO x\nS: 250\n";
  for (int i = 0; i < 3; ++i) script += "C: MAIL FROM:<a@far.example>\nS: 250\nC: RSET\nS: 250\n";
  auto const stage = tests::converse(script + "C: MAIL FROM:<a@far.example>\nS: 421 4.7.0\n", limited);
  EXPECT_EQ(stage.transactions.size(), 3U);
}

}  // namespace
}  // namespace postern::dialogue
