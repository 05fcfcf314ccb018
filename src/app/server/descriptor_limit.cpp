#include "app/server/descriptor_limit.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace postern::app {
namespace {

constexpr std::uint64_t boundless = 1U << 20;           // what "unlimited" is taken for
constexpr std::uint64_t for_files = 64;                 // spool, databases, event loops, listeners
constexpr std::uint64_t for_deliveries = 2048;          // send.connections, and files of Maildirs
constexpr std::uint64_t least_web = 8, most_web = 100;  // connections of a listener

}  // namespace

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::uint64_t descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return boundless;
  return std::min<std::uint64_t>(limit.rlim_cur, boundless);  // RLIM_INFINITY is the largest number
}

DescriptorShares share_descriptors(std::uint64_t limit, std::size_t web_listeners) {
  auto const web = std::clamp(limit / 20, least_web, most_web);
  auto const wanted = for_files + for_deliveries + web * web_listeners;
  auto const kept_back = std::min(wanted, limit / 2);
  auto const sockets = std::min(limit, boundless) - kept_back;
  return {.sockets = static_cast<std::uint32_t>(sockets),
          .connections = static_cast<std::uint32_t>(sockets - sockets / 8),
          .web = static_cast<std::size_t>(web)};
}

}  // namespace postern::app
