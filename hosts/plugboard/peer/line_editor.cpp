#include "peer/line_editor.hpp"

#include <cstdlib>
#include <string_view>

namespace plugboard::program {

bool terminal_is_capable() {
  // Nobody changes the environment.
  const char* terminal = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
  return terminal != nullptr && *terminal != '\0' && std::string_view(terminal) != "dumb";
}

}  // namespace plugboard::program

#ifdef PLUGBOARD_HAVE_LIBEDIT

#include <dlfcn.h>
#include <histedit.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <utility>

namespace plugboard::program {
namespace {

// The functions of libedit that are used, by their own names.
struct Libedit {
  decltype(&::el_init) init = nullptr;
  decltype(&::el_end) end = nullptr;
  decltype(&::el_set) set = nullptr;
  decltype(&::el_gets) gets = nullptr;
  decltype(&::el_resize) resize = nullptr;
  decltype(&::el_line) line = nullptr;
  decltype(&::history_init) history_init = nullptr;
  decltype(&::history_end) history_end = nullptr;
  decltype(&::history) history = nullptr;

  bool load() {
    // Never unloaded: libraries with thread-local state do not take that well.
    void* library = ::dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);
    return library != nullptr && find(library, "el_init", init) && find(library, "el_end", end) &&
           find(library, "el_set", set) && find(library, "el_gets", gets) &&
           find(library, "el_resize", resize) && find(library, "el_line", line) &&
           find(library, "history_init", history_init) &&
           find(library, "history_end", history_end) && find(library, "history", history);
  }

  template <typename Function>
  static bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr;
  }
};

class LibeditEditor : public LineEditor {
 public:
  LibeditEditor(const Libedit& library, std::string prompt, Wait wait)
      : library_(library), prompt_(std::move(prompt)), wait_(std::move(wait)) {
    editor_ = library_.init("plugboard", stdin, stdout, stderr);
    history_ = library_.history_init();
    HistEvent event{};
    library_.history(history_, &event, H_SETSIZE, 500);
    library_.history(history_, &event, H_SETUNIQUE, 1);
    current_ = this;
    library_.set(editor_, EL_PROMPT, &LibeditEditor::prompt);
    library_.set(editor_, EL_EDITOR, "emacs");
    library_.set(editor_, EL_HIST, library_.history, history_);
    library_.set(editor_, EL_GETCFN, &LibeditEditor::get_character);
    library_.set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  }

  ~LibeditEditor() override {
    library_.end(editor_);
    library_.history_end(history_);
    current_ = nullptr;
  }
  LibeditEditor(const LibeditEditor&) = delete;
  LibeditEditor& operator=(const LibeditEditor&) = delete;

  std::optional<std::string> read_line() override {
    int count = 0;
    editing_ = true;
    const char* line = library_.gets(editor_, &count);
    editing_ = false;
    if (line == nullptr || count <= 0) {
      std::fputc('\n', stdout);
      return std::nullopt;
    }
    std::string text(line, static_cast<std::size_t>(count));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (!text.empty()) {
      HistEvent event{};
      library_.history(history_, &event, H_ENTER, text.c_str());
    }
    return text;
  }

  void print_above(const std::string& line) override {
    // To the line's begin, clear what follows, print, then draw prompt and line anew.
    if (editing_) {
      for (std::size_t row = cursor_row(); row > 0; --row) std::fputs("\x1b[A", stdout);
      std::fputs("\r\x1b[J", stdout);
    }
    std::fputs(line.c_str(), stdout);
    std::fputc('\n', stdout);
    if (editing_) library_.set(editor_, EL_REFRESH);
    std::fflush(stdout);
  }

  void resized() override { library_.resize(editor_); }

 private:
  // In how many rows of the terminal the line stands above the cursor.
  std::size_t cursor_row() const {
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    const std::size_t columns = known ? size.ws_col : 80;
    const LineInfo* line = library_.line(editor_);
    std::size_t column = prompt_.size();
    std::mbstate_t state{};
    for (const char* at = line->buffer; at < line->cursor;) {
      wchar_t character = 0;
      const auto left = static_cast<std::size_t>(line->cursor - at);
      std::size_t used =
          std::mbrtowc(&character, at, left, &state);  // NOLINT(concurrency-mt-unsafe)
      if (used == 0 || used > left) used = 1;
      at += used;
      // Control characters are shown as ^X.
      const int wide = ::wcwidth(character);
      const std::size_t width = wide < 0 ? 2 : static_cast<std::size_t>(wide);
      // What does not fit at a row's end begins the next.
      if (column % columns + width > columns) column += columns - column % columns;
      column += width;
    }
    return column / columns;
  }

  static char* prompt(EditLine*) { return current_->prompt_.data(); }

  // One character from stdin: 1, at the end 0, -1 for a failure.
  static int get_character(EditLine*, wchar_t* character) {
    const LibeditEditor& me = *current_;
    std::mbstate_t state{};  // of our own, so that mbrtowc shares nothing
    bool first = true;
    for (;;) {
      std::fflush(stdout);
      if (!me.wait_()) return 0;
      char byte = 0;
      if (::read(STDIN_FILENO, &byte, 1) != 1) return 0;
      std::size_t used =
          std::mbrtowc(character, &byte, 1, &state);  // NOLINT(concurrency-mt-unsafe)
      if (used == static_cast<std::size_t>(-1)) {
        // Not UTF-8. What came before is lost; this byte may begin anew.
        state = {};
        if (!std::exchange(first, true)) {
          used = std::mbrtowc(character, &byte, 1, &state);  // NOLINT(concurrency-mt-unsafe)
        }
        if (used == static_cast<std::size_t>(-1)) state = {};
      }
      if (used <= 1) return 1;
      first = used == static_cast<std::size_t>(-1);
    }
  }

  // libedit's callbacks carry no pointer of ours. A terminal has one line to edit.
  static inline LibeditEditor* current_ = nullptr;

  Libedit library_;
  std::string prompt_;
  Wait wait_;
  EditLine* editor_ = nullptr;
  History* history_ = nullptr;
  bool editing_ = false;
};

}  // namespace

void LineEditor::prepare() {
  std::setlocale(LC_CTYPE, "");                             // NOLINT(concurrency-mt-unsafe)
  if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0) {  // NOLINT(concurrency-mt-unsafe)
    std::setlocale(LC_CTYPE, "C.UTF-8");                    // NOLINT(concurrency-mt-unsafe)
  }
}

std::unique_ptr<LineEditor> LineEditor::open(const std::string& prompt, Wait wait) {
  Libedit library;
  if (!terminal_is_capable() || !library.load()) return nullptr;
  return std::make_unique<LibeditEditor>(library, prompt, std::move(wait));
}

}  // namespace plugboard::program

#else

namespace plugboard::program {

void LineEditor::prepare() {}

std::unique_ptr<LineEditor> LineEditor::open(const std::string&, Wait) { return nullptr; }

}  // namespace plugboard::program

#endif
