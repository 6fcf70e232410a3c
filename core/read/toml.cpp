// The adapter over toml++: its tree becomes ours, with keys in the order of the file and
// places in bytes. toml++ is built without exceptions; those of the allocator are caught
// here, so none crosses into C.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
#define TOML_MAX_NESTED_VALUES 32
#include <toml++/toml.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#include "read/toml.h"

namespace {

constexpr size_t max_bytes = size_t{4} << 20;
constexpr int max_parts = 16;      // of a dotted key
constexpr int max_dotted = 20000;  // dotted keys; toml++ searches them one by one
constexpr size_t stride = 64;      // characters between two known byte offsets

// toml++ counts columns in characters; this finds the byte in constant time.
class byte_index {
 public:
  explicit byte_index(std::string_view text) : text_(text) {
    lines_.push_back(0);
    size_t characters = 0;
    for (size_t i = 0; i < text.size(); i++) {
      if ((static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) continue;
      if (characters % stride == 0) marks_.push_back(i);
      characters++;
      if (text[i] == '\n') lines_.push_back(characters);
    }
    characters_ = characters;
  }
  size_t offset(toml::source_position at) const {
    if (at.line == 0) return 0;
    if (at.line > lines_.size()) return text_.size();
    const size_t character = lines_[at.line - 1] + (at.column > 0 ? at.column - 1 : 0);
    if (character >= characters_) return text_.size();
    size_t i = marks_[character / stride];
    for (size_t left = character % stride; left > 0; left--) do
        i++;
      while (i < text_.size() && (static_cast<unsigned char>(text_[i]) & 0xc0) == 0x80);
    return std::min(i, text_.size());
  }
  size_t line_start(size_t line) const {
    return offset({static_cast<toml::source_index>(line), 1});
  }

 private:
  std::string_view text_;
  std::vector<size_t> lines_;  // the number of characters before each line
  std::vector<size_t> marks_;  // the byte offset of every stride-th character
  size_t characters_ = 0;
};

struct context {
  const erg_source *source;
  std::string_view text;  // without a byte order mark
  size_t mark;            // bytes of the byte order mark
  const byte_index *places;
  erg_problems *problems;
  bool good = true;

  erg_place place(toml::source_position at, size_t length) const {
    const size_t offset = places->offset(at), start = places->line_start(at.line);
    // Look for the line's end in the value only: lines may be long, and values many.
    const size_t end = offset + std::min(text.substr(offset, length).find('\n'),
                                         std::min(length, text.size() - offset));
    erg_place p{};
    p.source = source;
    p.line = static_cast<int>(at.line);
    p.column = static_cast<int>(offset - start + 1 + (at.line == 1 ? mark : 0));
    p.length = static_cast<int>(std::max<size_t>(1, end - offset));
    return p;
  }
  erg_place place(const toml::source_region &region) const {
    if (region.begin.line == 0) return erg_place_whole(source);
    const size_t begin = places->offset(region.begin), end = places->offset(region.end);
    return place(region.begin, end > begin ? end - begin : 1);
  }
};

// Keys of thousands of parts make a tree that no recursive destructor survives; toml++
// limits the depth of values only. Follows strings and comments just closely enough:
// where this loses track of a broken file, toml++ has stopped before.
bool keys_are_short(context &c) {
  const std::string_view t = c.text;
  int dots = 0, dotted = 0;
  for (size_t i = 0; i < t.size(); i++) {
    const char ch = t[i];
    if (ch == '#') {
      i = std::min(t.find('\n', i), t.size());
      dots = 0;
    } else if (ch == '"' || ch == '\'') {
      const bool many = t.size() - i >= 3 && t[i + 1] == ch && t[i + 2] == ch;
      i += many ? 3 : 1;
      for (; i < t.size(); i++) {
        if (t[i] == '\\' && ch == '"') {
          i++;
        } else if (t[i] == ch &&
                   (!many || (t.size() - i >= 3 && t[i + 1] == ch && t[i + 2] == ch))) {
          if (many) i += 2;
          break;
        } else if (t[i] == '\n' && !many) {
          i--;
          break;
        }
      }
    } else if (ch == '.') {
      if (++dots >= max_parts)
        return erg_error(c.problems, erg_place_at(c.source, i + c.mark, 1),
                         "write a table of its own, or shorter keys",
                         "a key has more than %d parts", max_parts);
    } else if (ch == '=' && dots > 0 && ++dotted > max_dotted) {
      return erg_error(c.problems, erg_place_at(c.source, i + c.mark, 1),
                       "write tables: [name] and the keys below it",
                       "the file has more than %d dotted keys", max_dotted);
    } else if (ch == '\n' || ch == ',' || ch == '=' || ch == '[' || ch == '{') {
      dots = 0;
    }
  }
  return true;
}

char *copy(std::string_view s) {
  char *text = static_cast<char *>(std::malloc(s.size() + 1));
  if (!text) throw std::bad_alloc();
  std::memcpy(text, s.data(), s.size());
  text[s.size()] = 0;
  return text;
}

bool holds_nul(context &c, std::string_view s, erg_place place) {
  if (s.find('\0') == std::string_view::npos) return false;
  c.good = erg_error(c.problems, place, "take \\u0000 out", "a text holds a NUL character");
  return true;
}

void convert(context &c, const toml::node &node, erg_toml *t);

erg_toml *append(erg_toml *parent) {
  auto *item = static_cast<erg_toml *>(std::calloc(1, sizeof(erg_toml)));
  if (!item) throw std::bad_alloc();
  parent->items[parent->n_items++] = item;
  return item;
}

void reserve(erg_toml *parent, size_t n) {
  parent->items = static_cast<erg_toml **>(std::calloc(n > 0 ? n : 1, sizeof(erg_toml *)));
  if (!parent->items) throw std::bad_alloc();
}

// Like a string's, the place of a quoted key lies inside the quotes.
erg_place key_place(const context &c, const toml::source_region &region) {
  erg_place place = c.place(region);
  const size_t at = c.places->offset(region.begin);
  if (at < c.text.size() && (c.text[at] == '"' || c.text[at] == '\'') && place.line > 0)
    place = erg_place_within(place, 1, place.length > 2 ? place.length - 2 : 1);
  return place;
}

void convert_table(context &c, const toml::table &table, erg_toml *t) {
  struct member {
    size_t offset;
    const toml::key *key;
    const toml::node *node;
  };
  std::vector<member> members;
  for (auto &&[key, node] : table)
    members.push_back({c.places->offset(key.source().begin), &key, &node});
  std::stable_sort(members.begin(), members.end(),
                   [](const member &a, const member &b) { return a.offset < b.offset; });
  t->kind = ERG_TOML_TABLE;
  reserve(t, members.size());
  for (const member &m : members) {
    erg_toml *item = append(t);
    item->key_place = key_place(c, m.key->source());
    if (holds_nul(c, m.key->str(), item->key_place)) return;
    item->key = copy(m.key->str());
    convert(c, *m.node, item);
    if (!c.good) return;
  }
}

// The place inside the quotes, and whether the text stands there as it is.
void locate_string(context &c, std::string_view value, erg_toml *t) {
  const size_t at = t->start - c.mark;
  if (at >= c.text.size()) return;
  const char quote = c.text[at];
  const bool many = c.text.substr(at, 3) == std::string_view(quote == '"' ? "\"\"\"" : "'''");
  t->plain = !many && c.text.substr(at + 1, value.size()) == value;
  if (t->plain) {
    t->place.column++;
    t->place.length = static_cast<int>(std::max<size_t>(1, value.size()));
  } else {
    t->place = erg_toml_string_place(t, 0, std::max<size_t>(1, value.size()));
  }
}

void convert(context &c, const toml::node &node, erg_toml *t) {
  t->place = node.source().begin.line > 0 ? c.place(node.source()) : t->key_place;
  t->start = c.mark + c.places->offset(node.source().begin);
  if (const auto *table = node.as_table()) {
    convert_table(c, *table, t);
  } else if (const auto *array = node.as_array()) {
    t->kind = ERG_TOML_ARRAY;
    reserve(t, array->size());
    for (const toml::node &element : *array) {
      convert(c, element, append(t));
      if (!c.good) return;
    }
  } else if (const auto *string = node.as_string()) {
    t->kind = ERG_TOML_STRING;
    t->string = copy(string->get());
    locate_string(c, string->get(), t);
    holds_nul(c, string->get(), t->place);
  } else if (const auto *integer = node.as_integer()) {
    t->kind = ERG_TOML_INTEGER;
    t->integer = integer->get();
    t->real = static_cast<double>(t->integer);
  } else if (const auto *real = node.as_floating_point()) {
    t->kind = ERG_TOML_REAL;
    t->real = real->get();
  } else if (const auto *boolean = node.as_boolean()) {
    t->kind = ERG_TOML_BOOL;
    t->integer = boolean->get();
  } else {
    t->kind = ERG_TOML_OTHER;
  }
}

// toml++ says "Error while parsing value: ..."; the message says what it read.
bool syntax_error(context &c, const toml::parse_error &error) {
  std::string_view text = error.description();
  constexpr std::string_view lead = "Error while parsing ";
  if (text.substr(0, lead.size()) == lead) text.remove_prefix(lead.size());
  while (!text.empty() && text.back() == '.') text.remove_suffix(1);
  const auto mentions = [text](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  };
  const size_t name = text.find(" (TOML_MAX");
  if (name != std::string_view::npos) text = text.substr(0, name);
  const char *next = nullptr;
  if (mentions("redefine"))
    next = "each key stands once; keep one of the two";
  else if (mentions("utf-8") || mentions("UTF-8"))
    next = "save the file as UTF-8 text";
  else if (mentions("nested value"))
    next = "put nested data into a JSON file";
  else if (text.find("string:") == 0 && mentions("control characters"))
    next = "close the text with a quote on the same line, or use \"\"\" around several lines";
  else if (text.find("key-value pair") == 0 || text.find("value") == 0 ||
           text.find("boolean") == 0)
    next = "write name = value; texts stand in \"quotes\"";
  return erg_error(c.problems, c.place(error.source()), next, "not valid TOML: %.*s",
                   static_cast<int>(std::min<size_t>(text.size(), 400)), text.data());
}

}  // namespace

extern "C" erg_toml *erg_toml_parse(const erg_source *source, erg_problems *p) {
  if (source->length > max_bytes) {
    erg_error(p, erg_place_whole(source), "put large data into a JSON or CSV file",
              "the file has %zu bytes, more than the %zu that a TOML file may have",
              source->length, max_bytes);
    return nullptr;
  }
  erg_toml *root = nullptr;
  try {
    std::string_view text(source->text, source->length);
    const size_t mark = text.substr(0, 3) == "\xef\xbb\xbf" ? 3 : 0;
    text.remove_prefix(mark);
    const byte_index places(text);
    context c{source, text, mark, &places, p};
    if (!keys_are_short(c)) return nullptr;
    const toml::parse_result result = toml::parse(text);
    if (!result) {
      syntax_error(c, result.error());
      return nullptr;
    }
    root = static_cast<erg_toml *>(std::calloc(1, sizeof(erg_toml)));
    if (!root) throw std::bad_alloc();
    root->place = erg_place_whole(source);
    convert_table(c, result.table(), root);
    if (c.good) return root;
  } catch (const std::bad_alloc &) {
    erg_error(p, erg_place_whole(source), nullptr, "not enough memory to read this file");
  } catch (...) {
    erg_error(p, erg_place_whole(source), nullptr, "the TOML library failed");
  }
  erg_toml_free(root);
  return nullptr;
}
