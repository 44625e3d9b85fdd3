#include "jsonld/context_builder.hpp"

#include "jsonld/term_definer.hpp"

#include <openssl/evp.h>

#include <array>

namespace meridian::jsonld {
namespace {

/// 128 bits of SHA-256: a user who chooses @contexts must not be able to make two of one key.
std::string digest_of(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha256(), nullptr);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < 16; ++i) {
        out += digits[bytes[i] >> 4U];
        out += digits[bytes[i] & 15U];
    }
    return out;
}

/// Texts end in a character that no name or IRI of parse_json's holds.
void append_field(std::string& out, std::string_view text) {
    out.append(text);
    out += '\0';
}

} // namespace

context_builder::context_builder(const context* core, const context_limits& limits)
    : made_(new context), term_limit_(limits.terms), vocab_(default_vocab) {
    made_->core_ = core;
}

result<void> context_builder::add(const json& object, std::string_view where) {
    made_->terms_.reserve(made_->terms_.size() + object.size());
    return term_definer(*this, object, where).run();
}

result<void> context_builder::forget() {
    // JSON-LD 1.1, 4.1.2 step 5.1.1: invalid context nullification.
    if (!protected_.empty())
        return problem(problem_kind::bad_request_data,
                       "@context: null would remove protected terms");
    made_->terms_.clear();
    defined_.clear();
    vocab_ = default_vocab;
    return {};
}

context_ptr context_builder::finish(std::string key_start, std::string member_text,
                                    std::string link_url) {
    made_->index();
    append_field(defined_, member_text);
    made_->key_ = std::move(key_start) + digest_of(defined_);
    made_->member_text_ = std::move(member_text);
    made_->link_url_ = std::move(link_url);
    return std::move(made_);
}

const term_definition* context_builder::find_own(std::string_view term) const noexcept {
    auto place = made_->terms_.find(term);
    return place == made_->terms_.end() ? nullptr : &place->second;
}

std::pair<std::optional<term_definition>, bool> context_builder::take_out(std::string_view term) {
    auto place = made_->terms_.find(term);
    if (place == made_->terms_.end())
        return {std::nullopt, false};
    bool is_protected = !protected_.empty() && protected_.erase(place->first) > 0;
    std::optional<term_definition> old = std::move(place->second);
    made_->terms_.erase(place);
    return {std::move(old), is_protected};
}

result<void> context_builder::put(std::string_view term, term_definition definition,
                                  bool is_protected) {
    if (made_->terms_.size() >= term_limit_)
        return problem(problem_kind::bad_request_data,
                       "@context: more than " + std::to_string(term_limit_) + " terms");
    append_field(defined_, term);
    append_field(defined_, definition.iri);
    append_field(defined_, definition.type_iri);
    defined_ += static_cast<char>('a' + static_cast<int>(definition.type));
    defined_ += static_cast<char>('a' + static_cast<int>(definition.holds));
    defined_ +=
        static_cast<char>('a' + (definition.is_prefix ? 1 : 0) + (definition.is_reverse ? 2 : 0));
    if (is_protected)
        protected_.emplace(term);
    made_->terms_.insert_or_assign(std::string(term), std::move(definition));
    return {};
}

} // namespace meridian::jsonld
