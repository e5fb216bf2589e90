using System.Globalization;
using System.Xml.Linq;
using FineTunePipeline.Gateway.Plots;
using Xunit;

namespace FineTunePipeline.UnitTests.Gateway;

public sealed class LossCurveTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Steps_that_a_later_attempt_did_again_are_its_own()
    {
        var curve = LossCurve.Of([Reading(1, 10, 4), Reading(1, 20, 3), Reading(1, 30, 2.5), Reading(2, 25, 2.8), Reading(2, 30, 2.4), Reading(2, 35, 2)]);

        Assert.Equal([(1, 10), (1, 20), (2, 25), (2, 30), (2, 35)], curve.Points.Select(point => (point.Attempt, point.Step)));
        Assert.Equal([(2, 20)], curve.Resumes);
    }

    [Fact]
    public void The_last_reading_of_a_step_stands_and_one_without_a_loss_says_nothing()
    {
        var curve = LossCurve.Of([Reading(1, 10, 4), Reading(1, 10, 4, evaluated: 3.5), Reading(1, 12), Reading(1, 20, 3)]);

        Assert.Equal([new LossPoint(1, 10, 4, 3.5), new LossPoint(1, 20, 3, null)], curve.Points);
        Assert.Empty(curve.Resumes);
    }

    /// <summary>Expected: LLaMA-Factory's formula, by hand: with three readings the past weighs 1.8 (1 / (1 + e^-0.15) - 0.5) = 0.067374.</summary>
    [Fact]
    public void It_is_smoothed_as_the_trainers_own_picture()
    {
        var smoothed = LossCurve.Smooth([4, 2, 1]);

        Assert.Equal([4, 2.134747, 1.076452], smoothed.Select(value => Math.Round(value, 6)));
        Assert.Empty(LossCurve.Smooth([]));
    }

    [Fact]
    public void The_picture_shows_readings_the_smoothed_curve_evaluations_and_attempts()
    {
        var curve = LossCurve.Of([Reading(1, 10, 4), Reading(1, 20, 3, evaluated: 3.4), Reading(2, 30, 2, evaluated: 2.4)]);

        var picture = Draw("<b>Ada & Bob</b>\u0001: loss", curve);

        Assert.Equal(3, picture.Descendants(Svg + "polyline").Count());
        var texts = picture.Descendants(Svg + "text").Select(text => text.Value).ToList();
        Assert.Contains("<b>Ada & Bob</b>: loss", texts);
        Assert.Contains("attempt 2", texts);
        Assert.Contains("optimizer step", texts);
    }

    [Fact]
    public void Without_a_reading_it_says_so() =>
        Assert.Contains(Draw("job", LossCurve.Of([])).Descendants(Svg + "text"), text => text.Value == "No loss was reported yet.");

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 0)]
    [InlineData(1, 1e-9)]
    [InlineData(100_000, 12_345.678)]
    public void One_reading_is_a_picture_too(int step, double loss)
    {
        var points = Draw("job", LossCurve.Of([Reading(1, step, loss)])).Descendants(Svg + "polyline").First().Attribute("points")!.Value;

        var place = points.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        Assert.InRange(place[0], 0, 860);
        Assert.InRange(place[1], 0, 430);
    }

    private static XElement Draw(string title, LossCurve curve) => XElement.Parse(LossPlot.Svg(title, curve));

    private static string Reading(int attempt, int step, double? loss = null, double? evaluated = null)
    {
        static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "null";
        return $$"""{"job_id": "j", "attempt": {{attempt}}, "step": {{step}}, "total_steps": 100, "loss": {{Number(loss)}}, "eval_loss": {{Number(evaluated)}}, "at": "2026-11-29T00:00:00+00:00"}""";
    }
}
