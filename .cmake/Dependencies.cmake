find_package(Threads REQUIRED)
find_package(MPI REQUIRED COMPONENTS C)
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(fmt 9.1 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(nlohmann_json 3.11 REQUIRED)

add_library(genloss_mpi INTERFACE)
target_link_libraries(genloss_mpi INTERFACE MPI::MPI_C)
target_compile_definitions(genloss_mpi INTERFACE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)

add_library(genloss_hdf5 INTERFACE)
target_include_directories(genloss_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(genloss_hdf5 INTERFACE ${HDF5_C_LIBRARIES})

find_package(PkgConfig REQUIRED)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8>=10.42)

# LIBXSMM compiles small matrix products when they are first used. For shapes that it cannot compile, which are not asked of
# it, it names a BLAS: LibTorch's. Never libxsmmnoblas: its empty sgemm_ would take the place of LibTorch's own.
pkg_check_modules(LIBXSMM REQUIRED IMPORTED_TARGET libxsmm>=1.17)
