// Replays a corpus through a fuzz target, and mutates each entry a little: what runs in every build, without
// clang.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

void run(std::string const& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(input.data()), input.size());
}

void run_mutated(std::string input, std::mt19937& random) {
  for (int round = 0; round < 200; ++round) {
    std::string changed = input;
    for (std::size_t n = 1 + random() % 4; n > 0 && !changed.empty(); --n) {
      auto const at = random() % changed.size();
      switch (random() % 4) {
        case 0: changed[at] = static_cast<char>(random()); break;
        case 1: changed.erase(at, 1 + random() % 8); break;
        case 2: changed.insert(at, changed.substr(random() % changed.size(), random() % 16)); break;
        default: changed.insert(at, 1, "\r\n\0.<>@\"[]:=+- "[random() % 15]);
      }
    }
    run(changed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::mt19937 random(20261123);  // the same mutations every time: a failure can be repeated
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i)
    for (auto const& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      std::stringstream text;
      text << in.rdbuf();
      run(text.str());
      run_mutated(text.str(), random);
      ++count;
    }
  std::printf("%zu inputs replayed\n", count);
  return count > 0 ? 0 : 1;
}
