#include "policy/facts.hpp"

namespace postern::policy {

Words<ListenerTls> words_of(ListenerTls) {
  static constexpr Word<ListenerTls> words[] = {
      {ListenerTls::none, "none"}, {ListenerTls::starttls, "starttls"}, {ListenerTls::implicit, "implicit"}};
  static_assert(is_complete(words));
  return words;
}

Words<ListenerRole> words_of(ListenerRole) {
  static constexpr Word<ListenerRole> words[] = {
      {ListenerRole::mx, "mx"}, {ListenerRole::submission, "submission"}, {ListenerRole::beside, "beside"}};
  static_assert(is_complete(words));
  return words;
}

Words<Greeting> words_of(Greeting) {
  static constexpr Word<Greeting> words[] = {
      {Greeting::none, "none"}, {Greeting::helo, "helo"}, {Greeting::ehlo, "ehlo"}};
  static_assert(is_complete(words));
  return words;
}

Words<TlsState> words_of(TlsState) {
  static constexpr Word<TlsState> words[] = {
      {TlsState::none, "none"}, {TlsState::established, "established"}, {TlsState::failed, "failed"}};
  static_assert(is_complete(words));
  return words;
}

Words<ClientCertificate> words_of(ClientCertificate) {
  static constexpr Word<ClientCertificate> words[] = {
      {ClientCertificate::not_asked, "not-asked"},     {ClientCertificate::none, "none"},
      {ClientCertificate::self_signed, "self-signed"}, {ClientCertificate::untrusted, "untrusted"},
      {ClientCertificate::expired, "expired"},         {ClientCertificate::trusted, "trusted"}};
  static_assert(is_complete(words));
  return words;
}

Words<ConnectionEnd> words_of(ConnectionEnd) {
  static constexpr Word<ConnectionEnd> words[] = {{ConnectionEnd::quit, "quit"},
                                                  {ConnectionEnd::lost, "lost"},
                                                  {ConnectionEnd::timeout, "timeout"},
                                                  {ConnectionEnd::shutdown, "shutdown"},
                                                  {ConnectionEnd::refused, "refused"},
                                                  {ConnectionEnd::tls_failed, "tls-failed"},
                                                  {ConnectionEnd::too_many_errors, "too-many-errors"},
                                                  {ConnectionEnd::error, "error"}};
  static_assert(is_complete(words));
  return words;
}

Words<Spf> words_of(Spf) {
  static constexpr Word<Spf> words[] = {{Spf::not_asked, "not-asked"}, {Spf::none, "none"},
                                        {Spf::neutral, "neutral"},     {Spf::pass, "pass"},
                                        {Spf::softfail, "softfail"},   {Spf::fail, "fail"},
                                        {Spf::temperror, "temperror"}, {Spf::permerror, "permerror"}};
  static_assert(is_complete(words));
  return words;
}

Words<Effect> words_of(Effect) {
  static constexpr Word<Effect> words[] = {{Effect::accept, "accept"},
                                           {Effect::flag, "flag"},
                                           {Effect::defer, "defer"},
                                           {Effect::reject, "reject"}};
  static_assert(is_complete(words));
  return words;
}

Words<Outcome> words_of(Outcome) {
  static constexpr Word<Outcome> words[] = {{Outcome::accepted, "accepted"},
                                            {Outcome::refused, "refused"},
                                            {Outcome::deferred, "deferred"},
                                            {Outcome::aborted, "aborted"}};
  static_assert(is_complete(words));
  return words;
}

Outcome outcome_of_refusal(std::uint16_t code) { return code < 500 ? Outcome::deferred : Outcome::refused; }

}  // namespace postern::policy
