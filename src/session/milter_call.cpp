#include "session/milter_call.hpp"

#include <optional>
#include <utility>

#include "base/ascii.hpp"
#include "session/milter_macros.hpp"

namespace postern::session {
namespace {

using wire::MilterAnswer;
using wire::MilterCommand;
using wire::MilterSteps;

// How a step ends: by the word of the filter nothing is to be asked any more, or the conversation failed.
enum class MilterStep : std::uint8_t { go_on, skip, decided, failed };

class MilterCall {
 public:
  MilterCall(FilterQuestion question, FilterConnection& milter)
      : question_(std::move(question)), facts_(*question_.facts), milter_(milter) {}

  net::Task<FilterResult> converse() {
    auto step = co_await negotiate();
    if (step == MilterStep::go_on) step = co_await tell_envelope();
    if (step == MilterStep::go_on) step = co_await tell_header();
    if (step == MilterStep::go_on) step = co_await tell_body();
    if (step == MilterStep::go_on) step = co_await end();
    if (step == MilterStep::failed) co_return fail(problem_);
    co_await milter_.send(wire::print_milter_command(MilterCommand::quit));  // nobody waits for an answer
    milter_.close();
    co_return std::move(answer_);
  }

 private:
  bool does(std::uint32_t flag) const { return (offer_.protocol & flag) != 0; }

  MilterStep fails(std::string why) {
    problem_ = std::move(why);
    return MilterStep::failed;
  }

  net::Task<MilterStep> negotiate() {
    wire::MilterOffer const ours{
        .version = 6, .actions = wire::milter_all_actions, .protocol = wire::milter_all_steps};
    auto const sent = co_await milter_.send(wire::print_milter_offer(ours));
    if (!sent) co_return fails(milter_.problem());
    auto const known = co_await receive();
    if (!known) co_return MilterStep::failed;
    auto const offer = last_ == MilterAnswer::negotiate ? wire::parse_milter_offer(data_) : std::nullopt;
    if (!offer || !wire::is_sound(*offer)) co_return fails("it does not speak the milter protocol 2 to 6");
    offer_ = *offer;
    co_return MilterStep::go_on;
  }

  net::Task<MilterStep> tell_envelope() {
    auto step = co_await ask(MilterCommand::connect, connect_macros(facts_, question_.hostname),
                             print_connect(facts_), MilterSteps::no_connect, MilterSteps::silent_connect);
    if (step == MilterStep::go_on)
      step = co_await ask(MilterCommand::helo, helo_macros(facts_), print_helo(facts_), MilterSteps::no_helo,
                          MilterSteps::silent_helo);
    if (step == MilterStep::go_on)
      step = co_await ask(MilterCommand::mail, mail_macros(facts_),
                          print_mail(facts_, question_.message->size()), MilterSteps::no_mail,
                          MilterSteps::silent_mail);
    if (step == MilterStep::go_on) step = co_await tell_recipients();
    if (step == MilterStep::go_on && offer_.version >= 4)
      step = co_await ask(MilterCommand::data, queue_macros(facts_),
                          wire::print_milter_command(MilterCommand::data), wire::milter_no_data,
                          MilterSteps::silent_data);
    co_return step;
  }

  // A recipient that the filter refuses has been accepted already. If it refuses them all, its word is for
  // the message; otherwise the message is for all of them, and flagged.
  net::Task<MilterStep> tell_recipients() {
    auto const recipients = question_.recipients();
    std::size_t refused = 0;
    std::string last_refused;
    std::optional<FilterAnswer> mildest;
    for (auto const* recipient : recipients) {
      auto const step = co_await ask(MilterCommand::rcpt, recipient_macros(facts_, *recipient),
                                     print_rcpt(*recipient), MilterSteps::no_rcpt, MilterSteps::silent_rcpt);
      if (step == MilterStep::failed) co_return step;
      if (step != MilterStep::decided) continue;
      if (answer_.effect == policy::Effect::accept) co_return step;  // of the whole message
      ++refused;
      last_refused = recipient->print();
      if (!mildest || answer_.effect == policy::Effect::defer) mildest = answer_;
      answer_ = {};
    }
    if (refused == 0) co_return MilterStep::go_on;
    if (refused == recipients.size()) {
      answer_ = *std::move(mildest);
      co_return MilterStep::decided;
    }
    answer_.flag = "refused a recipient: " + printable(last_refused);
    co_return MilterStep::go_on;
  }

  net::Task<MilterStep> tell_header() {
    bool const leading_blank = does(MilterSteps::leading_blank);
    auto step = MilterStep::go_on;
    std::string together;  // fields that nothing is answered to
    for (std::size_t i = 0; i < question_.message->header().fields().size(); ++i) {
      if (does(wire::milter_no_headers) || step != MilterStep::go_on) break;
      auto const& field = question_.message->header().fields()[i];
      auto packet = wire::print_milter_field(field.name, field.value(), leading_blank);
      if (does(MilterSteps::silent_header))
        together += packet;
      else
        step = co_await ask(MilterCommand::header, MacroValues(), std::move(packet), 0, 0);
    }
    if (step != MilterStep::go_on) co_return step;
    if (!together.empty()) {
      bool const sent = co_await milter_.send(std::move(together));
      if (!sent) co_return fails(milter_.problem());
    }
    step = co_await ask(MilterCommand::end_of_headers, queue_macros(facts_),
                        wire::print_milter_command(MilterCommand::end_of_headers),
                        wire::milter_no_end_of_headers, MilterSteps::silent_end_of_headers);
    co_return step;
  }

  net::Task<MilterStep> tell_body() {
    if (does(wire::milter_no_body)) co_return MilterStep::go_on;
    question_.message->rewind_to_body();
    for (;;) {
      auto const piece = question_.message->next();
      if (!piece) co_return fails("the message cannot be read from the spool");
      if (!*piece) co_return MilterStep::go_on;
      for (std::size_t at = 0; at < (*piece)->size(); at += wire::milter_body_piece) {
        auto const step = co_await ask(
            MilterCommand::body, MacroValues(),
            wire::print_milter_command(MilterCommand::body,
                                       std::string_view(**piece).substr(at, wire::milter_body_piece)),
            0, MilterSteps::silent_body);
        if (step == MilterStep::skip) co_return MilterStep::go_on;
        if (step != MilterStep::go_on) co_return step;
      }
    }
  }

  // The one answer that may be preceded by changes.
  net::Task<MilterStep> end() {
    bool const sent =
        co_await milter_.send(wire::print_milter_values(MilterCommand::end_of_body, queue_macros(facts_)) +
                              wire::print_milter_command(MilterCommand::end_of_body));
    if (!sent) co_return fails(milter_.problem());
    bool replaces_body = false;
    for (;;) {
      bool const known = co_await receive();
      if (!known) co_return MilterStep::failed;
      if (last_ == MilterAnswer::replace_body) {
        if (!std::exchange(replaces_body, true)) question_.message->begin_new_body();
        body_bytes_ += data_.size();
        if (body_bytes_ > question_.filter->max_message) co_return fails("another body that is too large");
        bool const taken = co_await question_.message->add_to_new_body(data_);
        if (!taken) co_return fails("the spool does not take another body");
        continue;
      }
      auto const noted = wire::note_change({.answer = last_, .data = data_}, answer_.changes);
      if (!noted) co_return fails(noted.error());
      if (*noted) continue;
      auto const step = judge();
      if (step == MilterStep::skip) co_return fails("an answer that does not fit");
      if (step == MilterStep::failed) co_return step;
      bool const accepts = answer_.effect == policy::Effect::accept;
      if (replaces_body && accepts) question_.message->end_new_body();
      co_return MilterStep::decided;
    }
  }

  // Says the macros and the packet, unless the filter does not want it, and hears the answer, unless it gives
  // none.
  net::Task<MilterStep> ask(MilterCommand what, MacroValues macros, std::string packet, std::uint32_t unless,
                            std::uint32_t silent) {
    if (does(unless)) co_return MilterStep::go_on;
    if (!macros.empty()) packet.insert(0, wire::print_milter_values(what, macros));
    bool const sent = co_await milter_.send(std::move(packet));
    if (!sent) co_return fails(milter_.problem());
    if (does(silent)) co_return MilterStep::go_on;
    bool const known = co_await receive();
    if (!known) co_return MilterStep::failed;
    auto const step = judge();
    if (step == MilterStep::skip && what != MilterCommand::body)
      co_return fails("an answer that does not fit");
    co_return step;
  }

  // The next answer but "progress", in last_ and data_. False: the conversation has failed.
  net::Task<bool> receive() {
    for (;;) {
      auto& in = milter_.received();
      std::size_t taken = 0;
      auto const response = wire::read_milter_answer(in, taken);
      if (!response) {
        fails(response.error());
        co_return false;
      }
      if (*response) {
        last_ = (*response)->answer;
        data_ = (*response)->data;
        in.erase(0, taken);
        if (last_ == MilterAnswer::progress) continue;
        co_return true;
      }
      bool const more = co_await milter_.read();
      if (!more) {
        fails(milter_.problem());
        co_return false;
      }
    }
  }

  MilterStep judge() {
    switch (last_) {
      case MilterAnswer::go_on: answer_.action = "accept"; return MilterStep::go_on;
      case MilterAnswer::skip: return MilterStep::skip;
      case MilterAnswer::accept: answer_.action = "accept"; return MilterStep::decided;
      case MilterAnswer::reject:
        refuse("reject", {550, {5, 7, 1}, "Rejected by a content filter"});
        return MilterStep::decided;
      case MilterAnswer::temporary:
      case MilterAnswer::shutdown:
      case MilterAnswer::connection_failed:
        refuse("tempfail", {451, {4, 7, 1}, "Put off by a content filter, try again later"});
        return MilterStep::decided;
      case MilterAnswer::reply: return judge_reply();
      case MilterAnswer::discard:  // nothing is accepted and then dropped
        answer_.action = "discard";
        answer_.held = true;
        answer_.flag = "action discard";
        return MilterStep::decided;
      case MilterAnswer::add_recipient:
      case MilterAnswer::delete_recipient:
      case MilterAnswer::add_recipient_with:
      case MilterAnswer::replace_body:
      case MilterAnswer::change_sender:
      case MilterAnswer::add_header:
      case MilterAnswer::insert_header:
      case MilterAnswer::change_header:
      case MilterAnswer::negotiate:
      case MilterAnswer::progress:
      case MilterAnswer::quarantine: break;
    }
    return fails("an answer that does not fit");
  }

  MilterStep judge_reply() {
    auto const wanted = wire::parse_milter_reply(data_);
    if (!wanted) return fails("a reply that cannot be given");
    bool const permanent = wanted->code >= 500;
    auto const code = wanted->code == 421 ? std::uint16_t{451} : wanted->code;  // the connection goes on
    std::size_t length = 0;
    auto const status = wire::EnhancedStatus::parse(wanted->status, length);
    auto const usual = permanent ? wire::EnhancedStatus{5, 7, 1} : wire::EnhancedStatus{4, 7, 1};
    auto text = wanted->text.empty() ? std::string("Refused by a content filter") : wanted->text;
    refuse(permanent ? "reject" : "tempfail", {code, status.value_or(usual), std::move(text)});
    return MilterStep::decided;
  }

  void refuse(std::string action, wire::Reply reply) {
    answer_ = {};
    answer_.action = std::move(action);
    answer_.effect = reply.permanent() ? policy::Effect::reject : policy::Effect::defer;
    answer_.reply = std::move(reply);
  }

  FilterQuestion question_;
  policy::Facts const& facts_;
  FilterConnection& milter_;
  wire::MilterOffer offer_;
  MilterAnswer last_ = MilterAnswer::go_on;
  std::string data_;  // of the last answer
  std::uint64_t body_bytes_ = 0;
  FilterAnswer answer_;
  std::string problem_;
};

}  // namespace

net::Task<FilterResult> ask_milter(FilterQuestion question) {
  auto connection = co_await connect_to(question);
  if (!connection) co_return fail(connection.error());
  auto* const message = question.message;
  MilterCall call(std::move(question), **connection);
  auto result = co_await call.converse();
  if (!result) message->drop_new_body();
  co_return result;
}

}  // namespace postern::session
