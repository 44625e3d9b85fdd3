#pragma once

#include "meridian/base/json.hpp"
#include "meridian/base/result.hpp"
#include "meridian/federation/index.hpp"
#include "meridian/jsonld/context.hpp"
#include "meridian/ngsild/entity.hpp"
#include "meridian/ngsild/names.hpp"
#include "meridian/ngsild/parse.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What other Context Sources tell of Entities, and how it becomes one answer. Pure.
namespace meridian::federation {

/// An Entity as one place knows it.
struct contribution {
    contribution(ngsild::entity known, bool supplements)
        : entity(std::move(known)), auxiliary(supplements) {}
    ngsild::entity entity;
    bool auxiliary; ///< 4.3.6.2: only what nobody else tells counts
};

/// 4.5.5, 5.7.1.4: contributions to one Entity, of which there is one at least. What has expired at
/// `now` is left out. Of an Attribute instance that several have the one with the most recent
/// observedAt is taken, else that with the most recent modifiedAt, else the first.
[[nodiscard]] ngsild::entity merge(std::vector<contribution> parts, timestamp now);

/// An Entity of a Context Source's answer, in the words of `context`: with its system Attributes,
/// and without what the Registration does not offer (4.3.6.1). Nothing where it offers no such
/// Entity, or the Entity has expired. Fails with bad_request_data, invalid_request.
[[nodiscard]] result<std::optional<ngsild::entity>>
read_entity(const json& payload, const jsonld::context& context, const match& by, timestamp now,
            const ngsild::parse_limits& limits = {});

/// Whether a RegistrationInfo is about the Entity of that id and those types.
[[nodiscard]] bool offers(const registration_info& info, std::string_view id,
                          const std::vector<std::string>& types);

/// The numbers of the names of one answer: what Context Sources tell does not go into the
/// dictionary of what is stored.
class answer_names final : public ngsild::names {
public:
    /// Adds what a document of `subject` needs.
    void add(const ngsild::entity& subject);
    void add(const std::string& iri);

    [[nodiscard]] ngsild::name_id find(std::string_view iri) const noexcept override;
    [[nodiscard]] std::string_view iri(ngsild::name_id id) const noexcept override;

private:
    std::map<std::string, ngsild::name_id, std::less<>> numbers_;
    std::vector<std::string_view> iris_; ///< views of the keys, which stay where they are
};

} // namespace meridian::federation
