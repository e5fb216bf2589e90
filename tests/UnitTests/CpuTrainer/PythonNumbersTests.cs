using FineTunePipeline.CpuTrainer.Results;
using Xunit;

namespace FineTunePipeline.UnitTests.CpuTrainer;

public sealed class PythonNumbersTests
{
    [Theory]
    [InlineData(3.0, "3.0")]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00036363636363636367, "0.00036363636363636367")]
    [InlineData(9.347195026073368e-05, "9.347195026073368e-05")]
    [InlineData(2.6792376524036878e-06, "2.6792376524036878e-06")]
    [InlineData(1e-5, "1e-05")]
    [InlineData(7.678958892822266, "7.678958892822266")]
    [InlineData(219917451264.0, "219917451264.0")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(1.5e300, "1.5e+300")]
    [InlineData(-13.525, "-13.525")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Writes_a_float_as_Python_does(double value, string expected) => Assert.Equal(expected, PythonNumbers.Repr(value));

    [Theory]
    [InlineData(7.3199607849121096, "7.32")]
    [InlineData(0.00036363636363636367, "0.0003636")]
    [InlineData(9.347195026073368e-05, "9.347e-05")]
    [InlineData(2.6792376524036878e-06, "2.679e-06")]
    [InlineData(189.4543, "189.5")]
    [InlineData(767770.902, "7.678e+05")]
    [InlineData(9999.6, "1e+04")]
    [InlineData(0.001, "0.001")]
    [InlineData(3.0, "3")]
    [InlineData(0.0, "0")]
    [InlineData(0.14705882352941177, "0.1471")]
    [InlineData(1234.0, "1234")]
    [InlineData(-6.57806, "-6.578")]
    public void Writes_four_significant_digits_as_Python_does(double value, string expected) => Assert.Equal(expected, PythonNumbers.FourDigits(value));

    [Theory]
    [InlineData(0, "0:00:00")]
    [InlineData(106.9, "0:01:46")]
    [InlineData(3600 * 23 + 59, "23:00:59")]
    [InlineData(86400 + 7384, "1 day, 2:03:04")]
    [InlineData(3 * 86400, "3 days, 0:00:00")]
    [InlineData(-5, "0:00:00")]
    public void Writes_a_duration_as_Python_does(double seconds, string expected) => Assert.Equal(expected, PythonNumbers.Duration(seconds));

    [Fact]
    public void Agrees_with_the_shortest_round_trip_for_many_numbers()
    {
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsFinite(value))
            {
                Assert.Equal(value, double.Parse(PythonNumbers.Repr(value), System.Globalization.CultureInfo.InvariantCulture));
            }
        }
    }
}
