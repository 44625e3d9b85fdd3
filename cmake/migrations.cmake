# The store carries its migrations in the binary.
file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/*.sql)
set(embedded_migrations ${CMAKE_BINARY_DIR}/generated/migrations.cpp)
add_custom_command(
  OUTPUT ${embedded_migrations}
  COMMAND ${CMAKE_COMMAND} -DMIGRATIONS=${CMAKE_SOURCE_DIR}/migrations
          -DOUTPUT=${embedded_migrations} -P ${CMAKE_SOURCE_DIR}/cmake/embed_migrations.cmake
  DEPENDS ${migrations} ${CMAKE_SOURCE_DIR}/cmake/embed_migrations.cmake
  VERBATIM)
target_sources(meridian_store PRIVATE ${embedded_migrations})
