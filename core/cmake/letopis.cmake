# How a folder of the project becomes a target.
#
# lt_folder(NAME DEPS folder... LIBS pkg-config-module... [PRIVATE_LIBS ...])
#   makes the static library lt_NAME of core/NAME/*.c. Its headers are included as "NAME/file.h" and only by
#   targets that name NAME among their DEPS (directly or through another folder): each folder is seen through a
#   directory of its own in the build tree, so an include that points the wrong way finds no file.

add_library(lt_flags INTERFACE)
target_compile_options(lt_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes
  -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef -Wvla
  -fstack-protector-strong -fno-common)
target_compile_definitions(lt_flags INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64
  LETOPIS_VERSION="${PROJECT_VERSION}")
target_link_options(lt_flags INTERFACE -Wl,-z,relro,-z,now)
if(LETOPIS_WERROR)
  target_compile_options(lt_flags INTERFACE -Werror)
endif()
if(LETOPIS_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "LETOPIS_FUZZ needs clang: -DCMAKE_C_COMPILER=clang")
  endif()
  # everything is instrumented, the fuzzers alone get libFuzzer's main (tests/fuzz)
  target_compile_options(lt_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer)
  target_link_options(lt_flags INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(lt_flags INTERFACE LETOPIS_SANITIZED=1)
elseif(LETOPIS_SANITIZE STREQUAL "address")
  target_compile_options(lt_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer)
  target_link_options(lt_flags INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(lt_flags INTERFACE LETOPIS_SANITIZED=1)
elseif(LETOPIS_SANITIZE STREQUAL "thread")
  target_compile_options(lt_flags INTERFACE -fsanitize=thread)
  target_link_options(lt_flags INTERFACE -fsanitize=thread)
  target_compile_definitions(lt_flags INTERFACE LETOPIS_SANITIZED=1)
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
  target_compile_definitions(lt_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(LETOPIS_COVERAGE)
  target_compile_options(lt_flags INTERFACE --coverage)
  target_link_options(lt_flags INTERFACE --coverage)
endif()

# A pkg-config module as an imported target, looked up once.
function(lt_pkg module out)
  string(MAKE_C_IDENTIFIER ${module} id)
  if(NOT TARGET PkgConfig::pc_${id})
    pkg_check_modules(pc_${id} REQUIRED IMPORTED_TARGET GLOBAL ${module})
  endif()
  set(${out} PkgConfig::pc_${id} PARENT_SCOPE)
endfunction()

# The allocator of the programs, where no sanitizer brings its own: a third of the work on documents is allocating their parts
# (docs/decisions/allocator.md). Plugins and modules use whatever the program was linked with.
add_library(lt_allocator INTERFACE)
if(NOT LETOPIS_FUZZ AND NOT LETOPIS_SANITIZE)
  lt_pkg(jemalloc target)
  target_link_libraries(lt_allocator INTERFACE -Wl,--no-as-needed ${target} -Wl,--as-needed)
endif()

function(lt_view name source)
  set(view ${CMAKE_BINARY_DIR}/view/${name})
  file(MAKE_DIRECTORY ${view})
  if(NOT EXISTS ${view}/${name})
    file(CREATE_LINK ${source} ${view}/${name} SYMBOLIC)
  endif()
endfunction()

# The message catalogues of all folders as one generated table a language; out is set to the files.
function(lt_catalogues out)
  add_executable(po2c ${CMAKE_SOURCE_DIR}/core/base/tools/po2c.c)
  set(files)
  foreach(lang ru en)
    file(GLOB po CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/*/po/*.${lang}.po
      ${CMAKE_SOURCE_DIR}/cli/po/*.${lang}.po ${CMAKE_SOURCE_DIR}/plugins/*/po/*.${lang}.po)
    set(file ${CMAKE_BINARY_DIR}/catalogue_${lang}.c)
    add_custom_command(OUTPUT ${file} COMMAND po2c ${lang} ${file} ${po} DEPENDS po2c ${po} VERBATIM
      COMMENT "Compiling the messages (${lang})")
    list(APPEND files ${file})
  endforeach()
  set(${out} ${files} PARENT_SCOPE)
endfunction()

function(lt_folder name)
  cmake_parse_arguments(F "" "" "DEPS;LIBS;SYSLIBS;SOURCES;GENERATED" ${ARGN})
  if(NOT F_SOURCES)
    file(GLOB F_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.c)
  endif()
  if(NOT F_SOURCES AND NOT F_GENERATED)
    # a library of headers only: an archive needs a member all the same
    set(F_GENERATED ${CMAKE_BINARY_DIR}/empty_${name}.c)
    file(WRITE ${F_GENERATED}.new "typedef int lt_${name}_has_no_code;\n")
    file(COPY_FILE ${F_GENERATED}.new ${F_GENERATED} ONLY_IF_DIFFERENT)
  endif()
  lt_view(${name} ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  add_library(lt_${name} STATIC ${F_SOURCES} ${F_GENERATED})
  set_target_properties(lt_${name} PROPERTIES LINKER_LANGUAGE C)
  target_include_directories(lt_${name} PUBLIC ${CMAKE_BINARY_DIR}/view/${name}
    ${CMAKE_SOURCE_DIR}/core/include)
  target_link_libraries(lt_${name} PUBLIC lt_flags)
  foreach(dep ${F_DEPS})
    target_link_libraries(lt_${name} PUBLIC lt_${dep})
  endforeach()
  foreach(lib ${F_LIBS})
    lt_pkg(${lib} target)
    target_link_libraries(lt_${name} PUBLIC ${target})
  endforeach()
  target_link_libraries(lt_${name} PUBLIC ${F_SYSLIBS})
endfunction()

# A module: a shared object that only the child process loads, so that its libraries never enter the program.
# lt_module(NAME SOURCES files... DEPS folders... LIBS pkg-config-modules...)
function(lt_module name)
  cmake_parse_arguments(M "" "" "DEPS;LIBS;SYSLIBS;SOURCES" ${ARGN})
  add_library(letopis-${name} MODULE ${M_SOURCES})
  set_target_properties(letopis-${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/modules)
  target_link_libraries(letopis-${name} PRIVATE lt_flags)
  foreach(dep ${M_DEPS})
    target_link_libraries(letopis-${name} PRIVATE lt_${dep})
  endforeach()
  foreach(lib ${M_LIBS})
    lt_pkg(${lib} target)
    target_link_libraries(letopis-${name} PRIVATE ${target})
  endforeach()
  target_link_libraries(letopis-${name} PRIVATE ${M_SYSLIBS})
  install(TARGETS letopis-${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/letopis/modules)
endfunction()
