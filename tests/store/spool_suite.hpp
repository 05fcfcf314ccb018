// What every Spool promises, tried with every fault of its disk. A script of all operations runs once to
// count the calls that may fail; then again with the first, the second, the third ... of them failing, once
// or several in a row; and again with the power lost at each. After every run a ledger of what was answered
// is compared with what a recovery finds. A second script lets a message come in pieces, with every
// interleaving of what else may happen meanwhile. Another implementation of Spool goes through the same suite
// by giving it a SpoolRig.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "store/spool_ledger.hpp"

namespace postern::tests {

// What may happen between the first piece of a message and its last.
enum class Meanwhile { piece, pause, accept, settle, compaction };
constexpr std::array every_meanwhile{Meanwhile::piece, Meanwhile::pause, Meanwhile::accept, Meanwhile::settle,
                                     Meanwhile::compaction};

inline void let_happen(SpoolLedger& ledger, Meanwhile what, MessageId on_its_way, MessageId other) {
  auto const text = [](char c, std::size_t size) { return std::string(size, c) + "\r\n"; };
  switch (what) {
    case Meanwhile::piece: return ledger.add_piece(on_its_way, text('p', 700));
    case Meanwhile::pause: return ledger.pause();
    case Meanwhile::accept: ledger.accept({text('q', 300), text('r', 300)}); return;
    case Meanwhile::settle: return ledger.deliver_first(other);
    case Meanwhile::compaction:  // enough is dead for it
      for (char c : {'s', 't', 'u'}) ledger.deliver_all(ledger.accept({text(c, 20'000)}));
      return ledger.pause();
  }
}

// A message in pieces, with two things that happen meanwhile.
inline void send_in_pieces(SpoolLedger& ledger, Meanwhile first, Meanwhile second) {
  ledger.open();
  auto const other = ledger.accept({std::string(500, 'o') + "\r\n"});
  auto const id = ledger.begin();
  ledger.add_piece(id, std::string(900, 'x') + "\r\n");
  let_happen(ledger, first, id, other);
  let_happen(ledger, second, id, other);
  ledger.end(id, std::string(100, 'z') + "\r\n");
}

// Every operation, in an order that makes segments begin, die and be compacted, and a restart.
inline void use_every_operation(SpoolLedger& ledger, bool& tidied) {
  auto const text = [](char c, std::size_t size) { return std::string(size, c) + "\r\n"; };
  ledger.open();
  auto const survivor = ledger.accept({text('a', 4000)});
  auto const streamed = ledger.accept({text('b', 1500), text('c', 1500), text('d', 1500)});
  ledger.begin_and_abandon(text('e', 1500));
  ledger.hold(survivor, true);
  ledger.move(streamed, "smtp:a.example:25");
  ledger.deliver_first(survivor);
  auto const unwanted = ledger.accept({text('f', 1000)});
  ledger.remove(unwanted);
  ledger.remove(unwanted);
  ledger.hold(survivor, false);
  ledger.accept_hold_and_move_at_once(text('g', 1000), text('h', 1000));
  ledger.remove(streamed);
  for (char c : {'i', 'j', 'k', 'l'}) ledger.deliver_all(ledger.accept({text(c, 20'000)}));
  tidied = ledger.wait_until_tidy();
  ledger.hold(survivor, true);
  ledger.close();
  ledger.open();
  ledger.move(survivor, "smtp:b.example:25");
  ledger.hold(survivor, false);
  ledger.remove(ledger.accept({text('m', 500), text('n', 500)}));
  ledger.accept({text('o', 500)});
}

template <class Rig>
class SpoolSuite : public testing::Test {
 protected:
  std::uint64_t count_calls() {
    rig.start_over();
    SpoolLedger ledger(rig);
    bool tidied = false;
    use_every_operation(ledger, tidied);
    EXPECT_TRUE(tidied);
    ledger.close();
    auto const calls = rig.calls();
    EXPECT_GT(calls, 50U);
    return calls;
  }

  // The disk works again at the end, and so does the spool: what it has then is what a restart finds.
  void fail_and_heal(std::uint64_t call, std::uint64_t more, bool power_goes) {
    rig.start_over();
    rig.fail_at(call, call % 2 == 0 ? store::SpoolError::full : store::SpoolError::broken, more);
    SpoolLedger ledger(rig);
    bool tidied = false;
    use_every_operation(ledger, tidied);
    rig.heal();
    auto const last = ledger.accept({"the disk works again\r\n"});
    auto const before = ledger.seen();
    EXPECT_TRUE(before.contains(last));
    ledger.close();
    if (power_goes) rig.lose_power();
    ledger.open();
    ledger.compare();
    if (!power_goes) EXPECT_TRUE(ledger.seen() == before) << "a restart finds something else";
    ledger.close();
  }

  // From this call on nothing reaches the disk.
  void stop_at(std::uint64_t call, bool power_goes) {
    rig.start_over();
    rig.fail_for_ever_at(call);
    SpoolLedger ledger(rig);
    bool tidied = false;
    use_every_operation(ledger, tidied);
    ledger.close();
    if (power_goes) rig.lose_power();
    rig.heal();
    ledger.open();
    ledger.compare();
    ledger.close();
  }

  // With each call of the script failing in turn, alone or with the one behind it (which may be the attempt
  // to cut off again what was half written), and the power going after every other run.
  void send_in_pieces_whatever_fails(Meanwhile first, Meanwhile second, std::uint64_t more) {
    for (std::uint64_t call = 1, calls = 1; call <= calls && !this->HasFailure(); ++call) {
      SCOPED_TRACE("call " + std::to_string(call));
      rig.start_over();
      rig.fail_at(call, call % 3 == 0 ? store::SpoolError::full : store::SpoolError::broken, more);
      SpoolLedger ledger(rig);
      send_in_pieces(ledger, first, second);
      calls = std::max(calls, rig.calls());  // a fault may have made it fewer
      rig.heal();
      ledger.accept({"the disk works again\r\n"});
      ledger.close();
      if ((call + more) % 2 == 0) rig.lose_power();
      ledger.open();
      ledger.compare();
      ledger.close();
    }
  }

  // Stops at the first call with which something is wrong.
  template <class Run>
  void for_each_call(Run run) {
    auto const calls = count_calls();
    for (std::uint64_t call = 1; call <= calls && !this->HasFailure(); ++call) {
      SCOPED_TRACE("call " + std::to_string(call));
      run(call);
    }
  }

  Rig rig;
};

TYPED_TEST_SUITE_P(SpoolSuite);

TYPED_TEST_P(SpoolSuite, KeepsEveryPromiseOverARestart) {
  this->rig.start_over();
  SpoolLedger ledger(this->rig);
  bool tidied = false;
  use_every_operation(ledger, tidied);
  EXPECT_TRUE(tidied);
  auto const before = ledger.seen();
  EXPECT_EQ(before.size(), 3U);
  ledger.close();
  this->rig.lose_power();
  ledger.open();
  ledger.compare();
  EXPECT_TRUE(ledger.seen() == before);
  ledger.close();
}

TYPED_TEST_P(SpoolSuite, KeepsEveryPromiseWhateverCallFails) {
  this->for_each_call([this](std::uint64_t call) { this->fail_and_heal(call, 0, false); });
}

TYPED_TEST_P(SpoolSuite, KeepsEveryPromiseWhenSeveralCallsInARowFail) {
  this->for_each_call([this](std::uint64_t call) { this->fail_and_heal(call, 4, false); });
}

TYPED_TEST_P(SpoolSuite, KeepsEveryPromiseWhenThePowerGoesAfterAFault) {
  this->for_each_call([this](std::uint64_t call) {
    this->fail_and_heal(call, 0, true);
    this->fail_and_heal(call, 4, true);
  });
}

TYPED_TEST_P(SpoolSuite, KeepsEveryPromiseWheneverThePowerGoes) {
  this->for_each_call([this](std::uint64_t call) { this->stop_at(call, true); });
}

TYPED_TEST_P(SpoolSuite, KeepsEveryPromiseWheneverTheDiskFailsForGood) {
  this->for_each_call([this](std::uint64_t call) { this->stop_at(call, false); });
}

TYPED_TEST_P(SpoolSuite, KeepsEveryPromiseToAMessageInPiecesWhateverHappensMeanwhileAndFails) {
  for (auto const first : every_meanwhile)
    for (auto const second : every_meanwhile) {
      SCOPED_TRACE("meanwhile " + std::to_string(static_cast<int>(first)) + " and " +
                   std::to_string(static_cast<int>(second)));
      for (std::uint64_t const more : {0, 1}) this->send_in_pieces_whatever_fails(first, second, more);
    }
}

REGISTER_TYPED_TEST_SUITE_P(SpoolSuite, KeepsEveryPromiseOverARestart, KeepsEveryPromiseWhateverCallFails,
                            KeepsEveryPromiseToAMessageInPiecesWhateverHappensMeanwhileAndFails,
                            KeepsEveryPromiseWhenSeveralCallsInARowFail,
                            KeepsEveryPromiseWhenThePowerGoesAfterAFault,
                            KeepsEveryPromiseWheneverThePowerGoes,
                            KeepsEveryPromiseWheneverTheDiskFailsForGood);

}  // namespace postern::tests
