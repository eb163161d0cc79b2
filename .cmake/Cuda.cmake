# NCCL and the CUDA runtime out of the nvidia-* wheels beside torch; no CUDA toolkit is asked for or used. The wheels have no
# .so links, so libraries are named by full path; their headers come before any other in the search order.
get_filename_component(nvidia_root "${TORCH_ROOT}/../nvidia" ABSOLUTE)
set(GENLOSS_CUDA OFF)
if(EXISTS "${nvidia_root}/nccl/include/nccl.h" AND EXISTS "${nvidia_root}/cu13/include/cuda_runtime_api.h"
   AND EXISTS "${TORCH_ROOT}/lib/libc10_cuda.so")
  set(GENLOSS_CUDA ON)
else()
  message(WARNING "no NCCL or CUDA runtime in ${nvidia_root}: the plug-in for runtime.device = cuda is not built (docs/install.md)")
endif()
if(GENLOSS_CUDA)
  # Headers alone: what compiles against them may be linked to test doubles.
  add_library(nvidia_headers INTERFACE)
  target_include_directories(nvidia_headers SYSTEM INTERFACE "${nvidia_root}/nccl/include" "${nvidia_root}/cu13/include")
  add_library(nvidia_nccl SHARED IMPORTED GLOBAL)
  set_target_properties(nvidia_nccl PROPERTIES IMPORTED_LOCATION "${nvidia_root}/nccl/lib/libnccl.so.2" IMPORTED_SONAME libnccl.so.2)
  add_library(nvidia_cudart SHARED IMPORTED GLOBAL)
  set_target_properties(nvidia_cudart PROPERTIES IMPORTED_LOCATION "${nvidia_root}/cu13/lib/libcudart.so.13" IMPORTED_SONAME libcudart.so.13)
  add_library(torch::c10_cuda SHARED IMPORTED GLOBAL)
  set_target_properties(torch::c10_cuda PROPERTIES IMPORTED_LOCATION "${TORCH_ROOT}/lib/libc10_cuda.so")
  target_link_libraries(torch::c10_cuda INTERFACE torch::c10 nvidia_headers)
endif()
