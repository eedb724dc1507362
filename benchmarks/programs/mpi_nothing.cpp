// SPDX-License-Identifier: BSL-1.0
// An MPI program that does nothing but start and end.
#include <mpi.h>

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    MPI_Finalize();
}
