#include "policy/authentication_facts.hpp"

namespace postern::policy {

Words<Dkim> words_of(Dkim) {
  static constexpr Word<Dkim> words[] = {{Dkim::not_asked, "not-asked"}, {Dkim::none, "none"},
                                         {Dkim::pass, "pass"},           {Dkim::fail, "fail"},
                                         {Dkim::policy, "policy"},       {Dkim::neutral, "neutral"},
                                         {Dkim::temperror, "temperror"}, {Dkim::permerror, "permerror"}};
  static_assert(is_complete(words));
  return words;
}

Words<Dmarc> words_of(Dmarc) {
  static constexpr Word<Dmarc> words[] = {{Dmarc::not_asked, "not-asked"}, {Dmarc::none, "none"},
                                          {Dmarc::pass, "pass"},           {Dmarc::fail, "fail"},
                                          {Dmarc::temperror, "temperror"}, {Dmarc::permerror, "permerror"}};
  static_assert(is_complete(words));
  return words;
}

Words<Arc> words_of(Arc) {
  static constexpr Word<Arc> words[] = {{Arc::not_asked, "not-asked"},
                                        {Arc::none, "none"},
                                        {Arc::pass, "pass"},
                                        {Arc::fail, "fail"},
                                        {Arc::temperror, "temperror"}};
  static_assert(is_complete(words));
  return words;
}

Words<Iprev> words_of(Iprev) {
  static constexpr Word<Iprev> words[] = {{Iprev::not_asked, "not-asked"},
                                          {Iprev::pass, "pass"},
                                          {Iprev::fail, "fail"},
                                          {Iprev::temperror, "temperror"}};
  static_assert(is_complete(words));
  return words;
}

Words<DmarcOverride> words_of(DmarcOverride) {
  static constexpr Word<DmarcOverride> words[] = {{DmarcOverride::none, "none"},
                                                  {DmarcOverride::trusted_forwarder, "trusted-forwarder"},
                                                  {DmarcOverride::trusted_sealer, "trusted-sealer"}};
  static_assert(is_complete(words));
  return words;
}

}  // namespace postern::policy
