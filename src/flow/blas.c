/* blas.c - the four sums over rows of numbers that liblinear asks BLAS for.
 *
 * Debian's BLAS is OpenBLAS: it starts threads of its own as soon as the program is
 * loaded, and its Fortran brings libquadmath, whose printf hooks send every printf of the
 * program the slow way (a tenth of a page's time). liblinear is therefore linked as an
 * archive, and these stand in for BLAS: names and meaning are those of the reference BLAS
 * (level 1); everything comes by address, as Fortran has it.
 */
#include <math.h>

double ddot_(const int *n, const double *x, const int *step_x, const double *y, const int *step_y);
double dnrm2_(const int *n, const double *x, const int *step);
int daxpy_(const int *n, const double *factor, const double *x, const int *step_x, double *y, const int *step_y);
int dscal_(const int *n, const double *factor, double *x, const int *step);

double ddot_(const int *n, const double *x, const int *step_x, const double *y, const int *step_y)
{
    double sum = 0;
    for (int i = 0; i < *n; i++)
        sum += x[i * *step_x] * y[i * *step_y];
    return sum;
}

/* Weights and gradients here are far from where a square overflows. */
double dnrm2_(const int *n, const double *x, const int *step)
{
    return sqrt(ddot_(n, x, step, x, step));
}

int daxpy_(const int *n, const double *factor, const double *x, const int *step_x, double *y, const int *step_y)
{
    for (int i = 0; i < *n; i++)
        y[i * *step_y] += *factor * x[i * *step_x];
    return 0;
}

int dscal_(const int *n, const double *factor, double *x, const int *step)
{
    for (int i = 0; i < *n; i++)
        x[i * *step] *= *factor;
    return 0;
}
