# LibTorch out of a pip wheel by imported targets, without find_package(Torch): that one wants a CUDA toolkit, edits global
# flags and links libtorch_cuda into everything. CPU targets here see torch_cpu and c10 only.
if(NOT TORCH_ROOT AND DEFINED ENV{TORCH_ROOT})
  set(TORCH_ROOT "$ENV{TORCH_ROOT}")
endif()
if(NOT TORCH_ROOT)
  set(TORCH_ROOT "${PROJECT_SOURCE_DIR}/.deps/site-packages/torch")
endif()
set(TORCH_ROOT "${TORCH_ROOT}" CACHE PATH "directory of the torch package" FORCE)
if(NOT EXISTS "${TORCH_ROOT}/include/ATen/ATen.h")
  message(FATAL_ERROR "TORCH_ROOT='${TORCH_ROOT}' has no include/ATen/ATen.h; run ./bootstrap build, which fetches the pinned wheel")
endif()
foreach(library c10 torch_cpu)
  add_library(torch::${library} SHARED IMPORTED GLOBAL)
  set_target_properties(torch::${library} PROPERTIES IMPORTED_LOCATION "${TORCH_ROOT}/lib/lib${library}.so")
  target_include_directories(torch::${library} SYSTEM INTERFACE
    "${TORCH_ROOT}/include" "${TORCH_ROOT}/include/torch/csrc/api/include")
endforeach()
target_link_libraries(torch::torch_cpu INTERFACE torch::c10)
# Headers of single operators: all of them together are eight seconds of every file.
target_compile_definitions(torch::torch_cpu INTERFACE AT_PER_OPERATOR_HEADERS)
# What the wheel's libraries need themselves is found by their own DT_RPATH at run time; the linker must not chase it.
target_link_options(torch::torch_cpu INTERFACE
  "LINKER:--allow-shlib-undefined" "LINKER:--unresolved-symbols=ignore-in-shared-libs")

# The OpenMP runtime that LibTorch's operators use: ours has to be the same one, or there would be two pools of threads.
if(EXISTS "${TORCH_ROOT}/lib/libgomp.so.1")
  add_library(torch::openmp SHARED IMPORTED GLOBAL)
  set_target_properties(torch::openmp PROPERTIES IMPORTED_LOCATION "${TORCH_ROOT}/lib/libgomp.so.1")
else() # a LibTorch built on the system's
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  add_library(torch::openmp ALIAS OpenMP::OpenMP_CXX)
endif()
