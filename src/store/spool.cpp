#include "store/spool.hpp"

namespace postern::store {

std::string_view print(SpoolError error) {
  switch (error) {
    case SpoolError::full: return "there is no room on the spool's disk";
    case SpoolError::broken: return "the spool's disk refused it";
    case SpoolError::missing: return "no such message";
  }
  return "the spool's disk refused it";
}

}  // namespace postern::store
