#pragma once

// toml++ as it is built here: files that read TOML see one and the same.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>
