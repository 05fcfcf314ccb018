#include <gtest/gtest.h>

#include "dialogue/client_commands.hpp"
#include "support/client_conversation.hpp"

namespace postern::dialogue {
namespace {

using tests::ClientStage;
using tests::converse_as_client;
using tests::outgoing;

ClientStage with(std::vector<OutgoingMessage> messages, ClientTls tls = ClientTls::offered) {
  ClientStage stage;
  stage.messages = std::move(messages);
  stage.settings.tls = tls;
  return stage;
}

ClientStage lmtp(std::vector<std::string> const& recipients) {
  auto stage = with({outgoing(recipients)}, ClientTls::never);
  stage.settings.protocol = ClientProtocol::lmtp;
  return stage;
}

TEST(ClientDialogue, SaysOneCommandAtATimeWithoutPipelining) {  // RFC 5321 section 3.3
  converse_as_client(with({outgoing({"a@example.org", "b@example.org"})}), R"(
    S: 220-there
    S: 220 I am
    C: EHLO mx.far.example
    S: 250 there
    M:
    C: MAIL FROM:<s@far.example>
    S: 250 ok
    C: RCPT TO:<a@example.org>
    S: 250 ok
    C: RCPT TO:<b@example.org>
    S: 550 5.1.1 no
    C: DATA
    S: 354 go
    D:
    S: 250 2.0.0 taken
    R: 250 550
    Q:
    C: QUIT
    S: 221 bye)");
}

TEST(ClientDialogue, PipelinesTheEnvelope) {  // RFC 2920 section 3.1
  converse_as_client(with({outgoing({"a@example.org", "b@example.org"})}), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250-SIZE 1000
    S: 250 PIPELINING
    M:
    C: MAIL FROM:<s@far.example> SIZE=42
    C: RCPT TO:<a@example.org>
    C: RCPT TO:<b@example.org>
    C: DATA
    S: 250 ok
    S: 450 later
    S: 250 ok
    S: 354 go
    D:
    S: 250 taken
    R: 450 250)");
}

TEST(ClientDialogue, FallsBackToHelo) {  // RFC 5321 section 3.2
  converse_as_client(with({outgoing({"a@example.org"}, "")}), R"(
    S: 220 old
    C: EHLO mx.far.example
    S: 502 what?
    C: HELO mx.far.example
    S: 250 ah
    M:
    C: MAIL FROM:<>
    S: 250 ok
    C: RCPT TO:<a@example.org>
    S: 250 ok
    C: DATA
    S: 354 go
    D:
    S: 250 taken
    R: 250)");
}

TEST(ClientDialogue, StartsTlsWheneverItIsOfferedAndForgetsWhatCameBefore) {  // RFC 3207 section 4.2
  converse_as_client(ClientStage(), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250-PIPELINING
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 ready
    T: ok
    C: EHLO mx.far.example
    S: 250 there
    M:
    C: MAIL FROM:<s@far.example>
    S: 250 ok
    C: RCPT TO:<a@example.org>
    S: 250 ok
    C: DATA)");
}

TEST(ClientDialogue, GoesOnInTheClearWhenStarttlsIsRefusedAndNothingAsksForIt) {
  converse_as_client(ClientStage(), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250 STARTTLS
    M:
    C: MAIL FROM:<s@far.example>
    S: 250 ok
    C: RCPT TO:<a@example.org>)");
  converse_as_client(ClientStage(), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250 STARTTLS
    C: STARTTLS
    S: 454 4.7.0 not now
    M:
    C: MAIL FROM:<s@far.example>
    S: 250 ok
    C: RCPT TO:<a@example.org>)");
}

TEST(ClientDialogue, GivesUpWithoutTlsWhereItIsRequired) {
  auto const required = with({outgoing({"a@example.org"})}, ClientTls::required);
  converse_as_client(required, R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250 there
    P: 451)");
  converse_as_client(required, R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250 STARTTLS
    C: STARTTLS
    S: 454 4.7.0 not now
    P: 451)");
}

TEST(ClientDialogue, LogsInUnderTlsOnly) {  // RFC 4954 section 4
  auto stage = with({outgoing({"a@example.org"})});
  stage.settings.login = ClientLogin{.user = "me", .password = "secret"};
  converse_as_client(stage, R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250 AUTH PLAIN
    P: 451)");
  stage.settings.tls = ClientTls::implicit;
  converse_as_client(stage, R"(
    T: name
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250 AUTH LOGIN PLAIN
    C: AUTH PLAIN AG1lAHNlY3JldA==
    S: 235 2.7.0 welcome
    M:
    C: MAIL FROM:<s@far.example>
    S: 250 ok
    C: RCPT TO:<a@example.org>)");
  converse_as_client(stage, R"(
    T: name
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250 AUTH=LOGIN
    C: AUTH LOGIN
    S: 334 VXNlcm5hbWU6
    C: bWU=
    S: 334 UGFzc3dvcmQ6
    C: c2VjcmV0
    S: 535 5.7.8 no
    P: 451)");
}

TEST(ClientDialogue, SaysThePasswordOnlyToWhoHasProvedHimselfAsTheRouteAsks) {
  using policy::DestinationLevel;
  auto stage = with({outgoing({"a@example.org"})});
  auto const logs_in = [&](DestinationLevel demand, std::string const& proof, bool heard) {
    SCOPED_TRACE(std::string(print(demand)) + " and " + proof);
    stage.settings.login = ClientLogin{.user = "me", .password = "secret", .demand = demand};
    stage.settings.tls = ClientTls::required;
    converse_as_client(stage, R"(
      S: 220 hi
      C: EHLO mx.far.example
      S: 250-there
      S: 250 STARTTLS
      C: STARTTLS
      S: 220 ready
      T: )" + proof + R"(
      C: EHLO mx.far.example
      S: 250-there
      S: 250 AUTH PLAIN
      )" + (heard ? "C: AUTH PLAIN AG1lAHNlY3JldA==" : "P: 451"));
    stage.settings.tls = ClientTls::implicit;
    converse_as_client(stage, "T: " + proof + R"(
      S: 220 hi
      C: EHLO mx.far.example
      S: 250-there
      S: 250 AUTH PLAIN
      )" + (heard ? "C: AUTH PLAIN AG1lAHNlY3JldA==" : "P: 451"));
  };
  logs_in(DestinationLevel::verified, "name", true);
  logs_in(DestinationLevel::verified, "dane", true);
  logs_in(DestinationLevel::dane, "dane", true);
  logs_in(DestinationLevel::fingerprint, "fingerprint", true);
  logs_in(DestinationLevel::verified, "ok", false);
  logs_in(DestinationLevel::dane, "name", false);
  logs_in(DestinationLevel::fingerprint, "name", false);
  logs_in(DestinationLevel::opportunistic, "name", false);
  logs_in(DestinationLevel::required, "ok", false);
}

TEST(ClientDialogue, TakesOurOwnNameForALoopWhereAStrangerHasNamedTheServer) {  // RFC 5321 section 5.1
  auto stage = with({outgoing({"a@example.org"})});
  auto const greeting = R"(
    S: 220 MX.far.example ESMTP
    P: 554
    F: 554)";
  auto const hello = R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-mx.far.example Hello
    S: 250 PIPELINING
    P: 554
    F: 554)";
  auto const not_ours = R"(
    S: 220 mx.far.example.org ESMTP
    C: EHLO mx.far.example
    S: 250 mx.far.example.org
    M:
    C: MAIL FROM:<s@far.example>)";
  stage.settings.named_by_stranger = true;
  converse_as_client(stage, greeting);
  converse_as_client(stage, hello);
  converse_as_client(stage, not_ours);
  stage.settings.named_by_stranger = false;
  converse_as_client(stage, R"(
    S: 220 mx.far.example ESMTP
    C: EHLO mx.far.example
    S: 250 mx.far.example
    M:
    C: MAIL FROM:<s@far.example>)");
  stage.settings.named_by_stranger = true;
  stage.settings.hostname = "localhost";
  converse_as_client(stage, R"(
    S: 220 localhost ESMTP
    C: EHLO localhost
    S: 250 localhost
    M:
    C: MAIL FROM:<s@far.example>)");
}

TEST(ClientDialogue, SendsChunks) {  // RFC 3030 section 2
  converse_as_client(with({outgoing({"a@example.org"}), outgoing({"b@example.org"})}), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250-CHUNKING
    S: 250 PIPELINING
    M:
    C: MAIL FROM:<s@far.example>
    C: RCPT TO:<a@example.org>
    S: 250 ok
    S: 250 ok
    D: BDAT 42 LAST
    S: 552 5.2.2 full
    R: 552
    M:
    C: RSET
    C: MAIL FROM:<s@far.example>
    C: RCPT TO:<b@example.org>
    S: 250 ok
    S: 250 ok
    S: 250 ok
    D: BDAT 42 LAST
    S: 250 taken
    R: 250)");
}

TEST(ClientDialogue, SplitsWhatTheServerDoesNotTakeAtOnce) {  // RFC 5321 section 4.5.3.1.10, RFC 9422
  auto const three = with({outgoing({"a@example.org", "b@example.org", "c@example.org"})});
  converse_as_client(three, R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250 LIMITS RCPTMAX=2
    M:
    C: MAIL FROM:<s@far.example>
    S: 250 ok
    C: RCPT TO:<a@example.org>
    S: 250 ok
    C: RCPT TO:<b@example.org>
    S: 250 ok
    C: DATA
    S: 354 go
    D:
    S: 250 taken
    C: MAIL FROM:<s@far.example>
    S: 250 ok
    C: RCPT TO:<c@example.org>
    S: 250 ok
    C: DATA
    S: 354 go
    D:
    S: 451 not now
    R: 250 250 451)");
  converse_as_client(three, R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250 PIPELINING
    M:
    C: MAIL FROM:<s@far.example>
    C: RCPT TO:<a@example.org>
    C: RCPT TO:<b@example.org>
    C: RCPT TO:<c@example.org>
    C: DATA
    S: 250 ok
    S: 250 ok
    S: 452 4.5.3 too many
    S: 552 too many
    S: 354 go
    D:
    S: 250 taken
    C: MAIL FROM:<s@far.example>
    C: RCPT TO:<b@example.org>
    C: RCPT TO:<c@example.org>
    C: DATA
    S: 250 ok
    S: 250 ok
    S: 550 no
    S: 354 go
    D:
    S: 250 taken
    R: 250 250 550)");
}

TEST(ClientDialogue, SaysWhatItKnowsOfDsn) {  // RFC 3461 section 4
  auto message = outgoing({"a@example.org"});
  message.ret = wire::Ret::headers;
  message.envid = "QQ1";
  message.recipients[0].notify.said = true;
  message.recipients[0].notify.success = true;
  message.recipients[0].orcpt = "rfc822;o@example.org";
  converse_as_client(with({message}), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250 DSN
    M:
    C: MAIL FROM:<s@far.example> RET=HDRS ENVID=QQ1
    S: 250 ok
    C: RCPT TO:<a@example.org> NOTIFY=SUCCESS ORCPT=rfc822;o@example.org
    S: 250 ok
    C: DATA)");
}

TEST(ClientDialogue, KeepsMailThatTheServerCannotTake) {
  auto refuses = [](OutgoingMessage message, std::string const& extensions, std::string const& code) {
    converse_as_client(
        with({std::move(message)}, ClientTls::implicit),
        "T: ok\nS: 220 hi\nC: EHLO mx.far.example\nS: 250-there\nS: 250 " + extensions + "\nM:\nR: " + code);
  };
  auto large = outgoing({"a@example.org"});
  large.size = 2000;
  refuses(large, "SIZE 1000", "552");                                // RFC 1870 section 6.1
  refuses(outgoing({"\xC3\xBC@example.org"}), "PIPELINING", "553");  // RFC 6531 section 3.5
  auto eight = outgoing({"a@example.org"});
  eight.body = wire::Body::eight_bit_mime;
  eight.content.content_8bit = true;
  refuses(eight, "PIPELINING", "554");  // RFC 6152 section 3
  auto binary = outgoing({"a@example.org"});
  binary.body = wire::Body::binary_mime;
  refuses(binary, "8BITMIME", "554");  // RFC 3030 section 3
  auto secret = outgoing({"a@example.org"});
  secret.requiretls = true;
  refuses(secret, "PIPELINING", "550");  // RFC 8689 section 4.2.1
}

bool converts(wire::Body body, bool content_8bit, wire::PeerExtensions const& peer, bool chunking = true) {
  auto message = outgoing({"a@example.org"});
  message.body = body;
  message.content.content_8bit = content_8bit;
  return needs_seven_bit(message, {.peer = peer, .chunking = chunking});
}

TEST(ClientDialogue, WantsContentIn7BitsThatTheServerDoesNotTakeOtherwise) {
  using wire::Body;
  wire::PeerExtensions const nothing;
  auto const text = wire::parse_extensions("there\n8BITMIME");
  auto const all = wire::parse_extensions("there\n8BITMIME\nCHUNKING\nBINARYMIME");
  for (auto const body : {Body::seven_bit, Body::eight_bit_mime}) {
    EXPECT_FALSE(converts(body, false, nothing)) << "whatever was declared";
    EXPECT_TRUE(converts(body, true, nothing));
    EXPECT_FALSE(converts(body, true, text));
  }
  EXPECT_TRUE(converts(Body::binary_mime, false, nothing)) << "it may have lone CR and LF";
  EXPECT_TRUE(converts(Body::binary_mime, true, text));
  EXPECT_FALSE(converts(Body::binary_mime, true, all));
  EXPECT_TRUE(converts(Body::binary_mime, true, all, false)) << "it cannot leave by DATA";
}

TEST(ClientDialogue, SaysWhyContentCannotBeConverted) {
  auto message = outgoing({"a@example.org"});
  message.content.content_8bit = true;
  message.obstacle = "it is signed";
  wire::PeerExtensions const nothing;
  EXPECT_FALSE(missing_for(message, {.peer = nothing})) << "what nobody has declared passes as it came";
  for (auto const body : {wire::Body::eight_bit_mime, wire::Body::binary_mime}) {
    message.body = body;
    auto const refusal = missing_for(message, {.peer = nothing});
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->code, 554);
    EXPECT_NE(refusal->text.find(", and it cannot be converted: it is signed"), std::string::npos);
  }
}

TEST(ClientDialogue, DeclaresWhatItSends) {
  auto message = outgoing({"\xC3\xBC@example.org"});
  message.body = wire::Body::eight_bit_mime;
  message.content.content_8bit = true;
  message.requiretls = true;
  converse_as_client(with({message}, ClientTls::implicit), R"(
    T: ok
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250-8bitmime
    S: 250-SmtpUtf8
    S: 250 REQUIRETLS
    M:
    C: MAIL FROM:<s@far.example> BODY=8BITMIME SMTPUTF8 REQUIRETLS
    S: 250 ok
    C: RCPT TO:<ü@example.org>)");
}

OutgoingMessage internationalised(bool header, bool content) {
  auto message = outgoing({"a@example.org"});
  message.smtputf8 = true;  // what the client said
  message.content.header_8bit = header;
  message.content.content_8bit = header || content;
  return message;
}

TEST(ClientDialogue, SendsBinaryContentByBdatOnly) {  // RFC 3030 section 3
  auto binary = outgoing({"a@example.org"});
  binary.body = wire::Body::binary_mime;
  std::string const begin =
      "S: 220 hi\nC: EHLO mx.far.example\nS: 250-there\nS: 250-CHUNKING\nS: 250-BINARYMIME\nS: 250 ";
  converse_as_client(
      with({binary}, ClientTls::never),
      "S: 220 hi\nC: EHLO mx.far.example\nS: 250-there\nS: 250-CHUNKING\nS: 250 DSN\nM:\nR: 554");
  converse_as_client(with({binary}, ClientTls::never),
                     begin +
                         "PIPELINING\nM:\nC: MAIL FROM:<s@far.example> BODY=BINARYMIME\n"
                         "C: RCPT TO:<a@example.org>");
}

std::string const chunks_without_pipelining = R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250-CHUNKING
    S: 250 BINARYMIME
    M:
    C: MAIL FROM:<s@far.example> BODY=BINARYMIME
    S: 250 ok
    C: RCPT TO:<a@example.org>
    S: 250 ok
    D: BDAT 42
)";

TEST(ClientDialogue, SendsOneChunkAfterTheOtherToAServerThatDoesNotPipeline) {  // RFC 3030 section 2
  auto binary = outgoing({"a@example.org"});
  binary.body = wire::Body::binary_mime;
  converse_as_client(with({binary}, ClientTls::never), chunks_without_pipelining + R"(
    S: 250 go on
    D: BDAT 42
    S: 250 go on
    D: BDAT 42 LAST
    S: 250 taken
    R: 250)");
  auto plain = outgoing({"a@example.org"});
  converse_as_client(with({binary, plain}, ClientTls::never), chunks_without_pipelining + R"(
    S: 452 4.3.1 full
    R: 452
    M:
    C: RSET
    S: 250 ok
    C: MAIL FROM:<s@far.example>
    S: 250 ok
    C: RCPT TO:<a@example.org>
    S: 250 ok
    C: DATA)");
}

TEST(ClientDialogue, SaysSmtpUtf8ForWhatNeedsIt) {  // RFC 6531 section 3.2
  for (auto const& [message, said] :
       {std::pair{internationalised(false, false), ""},
        std::pair{internationalised(false, true), " SMTPUTF8"},
        std::pair{internationalised(true, true), " SMTPUTF8"}, std::pair{outgoing({"a@example.org"}), ""}})
    converse_as_client(with({message}, ClientTls::never),
                       "S: 220 hi\nC: EHLO mx.far.example\nS: 250-there\nS: 250 SMTPUTF8\nM:\n"
                       "C: MAIL FROM:<s@far.example>" +
                           std::string(said));
}

TEST(ClientDialogue, GoesOnWithoutSmtpUtf8WhereNothingNeedsIt) {
  std::string const begin = "S: 220 hi\nC: EHLO mx.far.example\nS: 250-there\nS: 250 8BITMIME\nM:\n";
  auto const mail = begin + "C: MAIL FROM:<s@far.example>";
  converse_as_client(with({internationalised(false, false)}, ClientTls::never), mail);
  converse_as_client(with({internationalised(false, true)}, ClientTls::never), mail + " BODY=8BITMIME");
  converse_as_client(with({internationalised(true, true)}, ClientTls::never), begin + "R: 553");
}

TEST(ClientDialogue, HandsAHeaderInUtf8ToAnLmtpServerWithoutSmtpUtf8) {
  auto stage = lmtp({"a@example.org"});
  stage.messages = {internationalised(true, true)};
  converse_as_client(stage, R"(
    S: 220 hi
    C: LHLO mx.far.example
    S: 250-there
    S: 250 8BITMIME
    M:
    C: MAIL FROM:<s@far.example> BODY=8BITMIME)");
  stage.messages = {outgoing({"\xC3\xBC@example.org"})};
  converse_as_client(stage, R"(
    S: 220 hi
    C: LHLO mx.far.example
    S: 250 there
    M:
    R: 553)");
}

TEST(ClientDialogue, GivesARefusedSenderToAllRecipients) {
  converse_as_client(with({outgoing({"a@example.org", "b@example.org"})}), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250 PIPELINING
    M:
    C: MAIL FROM:<s@far.example>
    C: RCPT TO:<a@example.org>
    C: RCPT TO:<b@example.org>
    C: DATA
    S: 452 4.3.1 full
    S: 503 MAIL first
    S: 503 MAIL first
    S: 503 nobody
    R: 452 452)");
}

TEST(ClientDialogue, SendsALoneDotWhenNobodyWasTakenAnd354CameAllTheSame) {  // RFC 2920 section 3.1
  converse_as_client(ClientStage(), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250 PIPELINING
    M:
    C: MAIL FROM:<s@far.example>
    C: RCPT TO:<a@example.org>
    C: DATA
    S: 250 ok
    S: 550 no
    S: 354 go
    C: .
    S: 554 no recipients
    R: 550)");
}

TEST(ClientDialogue, Hears421AtAnyTime) {  // RFC 5321 section 3.8
  converse_as_client(ClientStage(), R"(
    S: 421 4.3.2 busy
    P: 421)");
  converse_as_client(ClientStage(), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250 there
    M:
    C: MAIL FROM:<s@far.example>
    S: 250 ok
    C: RCPT TO:<a@example.org>
    S: 421 4.4.2 going down
    P: 421
    R: 421)");
}

TEST(ClientDialogue, TakesOnly521ForGoodBeforeMessagesCanBeSent) {  // RFC 7504 section 4
  converse_as_client(ClientStage(), R"(
    S: 521 this host takes no mail
    P: 521
    F: 521)");
  converse_as_client(ClientStage(), R"(
    S: 554 5.7.1 go away
    P: 554
    F: 451)");
  converse_as_client(ClientStage(), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 550 no
    C: HELO mx.far.example
    S: 550 no
    P: 550
    F: 451)");
  converse_as_client(ClientStage(), R"(
    S: 450 later
    P: 450
    F: 450)");
}

TEST(ClientDialogue, TellsATemporaryRefusalInTheServersWords) {
  ClientDialogue dialogue{ClientSettings{}};
  dialogue.on_reply({554, {5, 7, 1}, "go away"});
  EXPECT_EQ(dialogue.refusal()->one_line(), "451 4.7.1 go away");
  ClientDialogue other{ClientSettings{}};
  other.on_reply({554, {}, "go away"});
  EXPECT_EQ(other.refusal()->one_line(), "451 4.3.2 go away");
}

TEST(ClientDialogue, DoesNotTakeOtherRepliesForADelivery) {  // found by fuzz/client
  converse_as_client(ClientStage(), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250 there
    M:
    C: MAIL FROM:<s@far.example>
    S: 250 yes
    C: RCPT TO:<a@example.org>
    S: 250 yes
    C: DATA
    S: 250 yes
    R: 451)");
}

TEST(ClientDialogue, RefusesRepliesNobodyAskedFor) {
  converse_as_client(ClientStage(), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250 there
    S: 250 and more
    P: 451)");
}

TEST(ClientDialogue, TellsWhoseReplyWasLost) {
  converse_as_client(with({outgoing({"a@example.org", "b@example.org"})}), R"(
    S: 220 hi
    C: EHLO mx.far.example
    S: 250-there
    S: 250 PIPELINING
    M:
    C: MAIL FROM:<s@far.example>
    C: RCPT TO:<a@example.org>
    C: RCPT TO:<b@example.org>
    C: DATA
    S: 250 ok
    S: 550 no
    S: 250 ok
    S: 354 go
    D:
    L: gone
    P: 451
    R: 550 -)");
}

TEST(ClientDialogue, SpeaksLmtp) {  // RFC 2033 section 4.2
  converse_as_client(lmtp({"a@example.org", "b@example.org", "c@example.org"}), R"(
    S: 220 hi
    C: LHLO mx.far.example
    S: 250-host
    S: 250-CHUNKING
    S: 250 PIPELINING
    M:
    C: MAIL FROM:<s@far.example>
    C: RCPT TO:<a@example.org>
    C: RCPT TO:<b@example.org>
    C: RCPT TO:<c@example.org>
    C: DATA
    S: 250 ok
    S: 250 ok
    S: 550 5.1.1 no b
    S: 250 ok
    S: 354 go
    D:
    S: 250 a has it
    S: 452 4.2.2 c is full
    R: 250 550 452)");
}

TEST(ClientDialogue, LosesOnlyTheRestOfLmtpsReplies) {
  converse_as_client(lmtp({"a@example.org", "b@example.org"}), R"(
    S: 220 hi
    C: LHLO mx.far.example
    S: 250 host
    M:
    C: MAIL FROM:<s@far.example>
    S: 250 ok
    C: RCPT TO:<a@example.org>
    S: 250 ok
    C: RCPT TO:<b@example.org>
    S: 250 ok
    C: DATA
    S: 354 go
    D:
    S: 250 a has it
    L: gone
    R: 250 -)");
}

TEST(ClientDialogue, DoesNotFallBackToHeloInLmtp) {
  converse_as_client(lmtp({"a@example.org"}), R"(
    S: 220 hi
    C: LHLO mx.far.example
    S: 500 what?
    P: 500)");
}

}  // namespace
}  // namespace postern::dialogue
